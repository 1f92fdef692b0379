"""A real face (scikit-image's astronaut) moving over a real scene, with exact truth."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from redact.auditing import AuditResult, AuditSettings, audit_file
from redact.media import Decode, SourceInfo, VideoWriter, probe
from redact.plan import Plan, SourceRef
from redact.progress import Silent
from redact.render import Renderer
from redact.settings import DetectSettings, EncodeSettings, RenderSettings, Sensitivity
from redact.types import Action, Box, Keyframe, Region, State, Target, Timeline, Track

WIDTH, HEIGHT, RATE, FRAMES = 480, 320, 25, 40
HEAD = (150, 0, 300, 240)  # left, top, right, bottom in the astronaut picture
FACE = Box(180, 68, 266, 184)  # in the same picture


@functools.cache
def _pictures() -> tuple[np.ndarray, np.ndarray]:
    """Head and background, uint8 RGB."""
    skimage = pytest.importorskip("skimage.data", reason="test pictures come from scikit-image")
    x1, y1, x2, y2 = HEAD
    head = skimage.astronaut()[y1:y2, x1:x2]
    background = cv2.resize(skimage.rocket(), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return head, background


def scenery() -> np.ndarray:
    """The picture without the face."""
    return _pictures()[1].copy()


def face_box(frame: int) -> Box:
    """Where the face is: it walks from left to right."""
    scale = 0.5
    left, top = 40 + 5 * frame, 60 + frame
    (x1, y1, _, _), f = HEAD, FACE
    return Box(
        left + (f.x1 - x1) * scale,
        top + (f.y1 - y1) * scale,
        left + (f.x2 - x1) * scale,
        top + (f.y2 - y1) * scale,
    )


def picture(frame: int) -> np.ndarray:
    """One picture of the clip, uint8 [HEIGHT, WIDTH, 3] RGB."""
    head, background = _pictures()
    small = cv2.resize(head, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    out = background.copy()
    h, w = small.shape[:2]
    left, top = 40 + 5 * frame, 60 + frame
    out[top : top + h, left : left + w] = small
    return out


def write_video(
    path: Path, pictures: list[np.ndarray], pts: list[int] | None = None, **tags: str
) -> None:
    """H.264 with the given presentation times in 1/25 s."""
    with av.open(str(path), "w") as container:
        container.metadata.update(tags)
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "18"})
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for n, rgb in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts, frame.time_base = pts[n] if pts else n, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@dataclass
class Clip:
    """The source, and ways to make outputs of it."""

    info: SourceInfo
    folder: Path

    def plan(
        self,
        box_of: Callable[[int], Box | None] = face_box,
        keep: bool = False,
        targets: tuple[Target, ...] = (Target.FACE,),
    ) -> Plan:
        """A plan with one face for each stretch in which `box_of` gives a box. If plates are
        searched for as well, the audit also reads, which takes a third longer."""
        runs: list[list[Keyframe]] = [[]]
        for n in range(FRAMES):
            box = box_of(n)
            if box is None:
                runs.append([])
            else:
                runs[-1].append(Keyframe(n, box, State.DETECTED, 0.9))
        action = Action.KEEP if keep else Action.REDACT
        tracks = tuple(
            Track(n, Target.FACE, tuple(run), action) for n, run in enumerate(filter(None, runs), 1)
        )
        video = self.info.video
        pts = tuple(frame.pts for frame in Decode(self.info))
        width, height = video.upright_size
        return Plan(
            SourceRef(
                "clip.mp4", "0" * 64, self.info.size, width, height, Timeline(video.time_base, pts)
            ),
            DetectSettings(targets, Sensitivity.BALANCED),
            tracks,
        )

    def render(
        self,
        plan: Plan,
        name: str,
        change: Callable[[int, list[Region]], list[Region]] | None = None,
        crf: int | None = None,
        settings: RenderSettings | None = None,
    ) -> Path:
        """The output of a plan, with regions changed before they reach the renderer."""
        path = self.folder / name
        renderer = Renderer(settings or RenderSettings())
        with VideoWriter(path, self.info, EncodeSettings(crf=crf)) as writer:
            for frame in Decode(self.info):
                regions = plan.regions_at(frame.index)
                if change is not None:
                    regions = change(frame.index, regions)
                writer.write(renderer.draw(frame, regions))
        return path

    def audit(self, output: Path, plan: Plan, settings: AuditSettings | None = None) -> AuditResult:
        known = settings or AuditSettings(render=RenderSettings())
        return audit_file(self.info, output, plan, settings=known, progress=Silent())


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("audit")
    path = folder / "clip.mp4"
    write_video(path, [picture(n) for n in range(FRAMES)])
    return Clip(probe(path), folder)


@pytest.fixture(scope="session")
def clean(clip: Clip) -> Path:
    """The output of the true plan."""
    return clip.render(clip.plan(), "clean.mp4")
