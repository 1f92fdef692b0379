"""A tiny video taken through every stage of a run: does this installation work, and where not?

The video shows two faces and two plates of the sample (samples/CREDITS.md). Looking at libraries
and models tells what is there; only a run tells that they work together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .. import api
from ..errors import RedactError
from ..media import Decode, SourceInfo, VideoWriter, plane_array, probe
from ..plan import Plan
from ..render import Renderer
from ..settings import DetectSettings, EncodeSettings, RenderSettings, Sensitivity
from ..types import Box, Frame, Target
from ..words import problem

FRAMES: Final = 6
SIZE: Final = (480, 270)
STAGES: Final = ("open", "decode", "search", "draw", "encode")

CHANGED: Final = 10
"""Levels by which a mask changes brightness on average, at least; 40 on the video as it is."""

MOST: Final = 0.25
"""Share of the picture that masks change, at most; 0.1 on the video as it is."""

CODED: Final = 6
"""Levels by which coding may change brightness on average; 1 on the video as it is."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A stage of the trial.

    Attributes:
        stage: one of `STAGES`.
        error: why it failed, None where it works.
    """

    stage: str
    error: RedactError | None = None


def try_stages() -> Iterator[Tried]:
    """Each stage once it was tried; the first that fails is the last."""
    with (
        resources.as_file(resources.files(__package__).joinpath("trial.mp4")) as clip,
        TemporaryDirectory(prefix="redact-") as folder,
    ):
        trial = _Trial(clip, Path(folder) / "out.mp4")
        for stage in STAGES:
            try:
                getattr(trial, stage)()
            except RedactError as error:
                yield Tried(stage, error)
                return
            except Exception as error:  # whatever a library raises: to tell it is the purpose
                kind, text = type(error).__name__, str(error)
                yield Tried(stage, problem(RedactError, "internal", kind=kind, text=text))
                return
            yield Tried(stage)


class _Trial:
    """Each method is a stage, and fails where what it made is not what it must be."""

    info: SourceInfo
    plan: Plan

    def __init__(self, clip: Path, output: Path) -> None:
        self._clip, self._output = clip, output
        self._frames: list[Frame] = []
        self._drawn: list[Frame] = []
        self._shown: list[NDArray[np.float32]] = []

    def open(self) -> None:
        self.info = probe(self._clip)
        if self.info.video.upright_size != SIZE or self.info.expected_frames != FRAMES:
            raise problem(RedactError, "trial_opened")

    def decode(self) -> None:
        self._frames = list(Decode(self.info))
        whole = len(self._frames) == FRAMES and not any(f.damaged for f in self._frames)
        if not whole or any(np.ptp(_luma(f)) < 100 for f in self._frames):
            raise problem(RedactError, "trial_decoded")

    def search(self) -> None:
        self.plan = api.detect(self._clip, DetectSettings(sensitivity=Sensitivity.FAST))
        found = {track.target for track in self.plan.tracks}
        if not found >= {Target.FACE, Target.PLATE}:
            raise problem(RedactError, "trial_searched")

    def draw(self) -> None:
        renderer = Renderer(RenderSettings())
        for frame in self._frames:
            regions = self.plan.regions_at(frame.index, frame.damaged)
            before = _luma(frame)
            drawn = renderer.draw(frame, regions)
            changed = np.abs(_luma(drawn) - before)
            hidden = [changed[_pixels(region.box)].mean() for region in regions]
            if not hidden or min(hidden) < CHANGED or (changed > 0).mean() > MOST:
                raise problem(RedactError, "trial_drawn")
            self._drawn.append(drawn)
            self._shown.append(_luma(drawn))

    def encode(self) -> None:
        with VideoWriter(self._output, self.info, EncodeSettings(preset="ultrafast")) as writer:
            for frame in self._drawn:
                writer.write(frame)
        written = list(Decode(probe(self._output)))
        same = [f.seconds for f in written] == [f.seconds for f in self._frames]
        if not same or any(
            np.abs(_luma(frame) - shown).mean() > CODED
            for frame, shown in zip(written, self._shown, strict=True)
        ):
            raise problem(RedactError, "trial_encoded")


def _luma(frame: Frame) -> NDArray[np.float32]:
    """Brightness, [H, W]."""
    return plane_array(frame.picture, 0).astype(np.float32)


def _pixels(box: Box) -> tuple[slice, slice]:
    """Where a box lies in a picture."""
    top, left = max(round(box.y1), 0), max(round(box.x1), 0)
    return slice(top, round(box.y2)), slice(left, round(box.x2))
