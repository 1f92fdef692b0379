"""How much of a source nothing is hidden in, counted from key frame to key frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from redact.media import Decode, probe, sha256_of
from redact.pipeline import CheckedFrames
from redact.plan import Plan, SourceRef, build_plan
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty frames, a key frame at every fifth."""
    path = tmp_path_factory.mktemp("keys") / "keys.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"g": "5", "sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            grey = np.full((48, 64, 3), 10 * number, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def plan_of(clip: Path, *frames: tuple[int, int]) -> Plan:
    """A plan that hides a corner in these frames, first and last of each span."""
    info = probe(clip)
    timeline = Timeline(info.video.time_base, tuple(f.pts for f in Decode(info)))
    source = SourceRef(clip.name, sha256_of(clip), info.size, 64, 48, timeline)
    box = Box(1, 1, 9, 9)
    tracks = [
        Track(n, Target.FACE, tuple(Keyframe(f, box, State.DETECTED, 0.9) for f in span))
        for n, span in enumerate(frames, 1)
    ]
    return build_plan(source, DetectSettings(sensitivity=Sensitivity.FAST), tracks, (), ())


@pytest.mark.parametrize(
    ("hidden", "untouched"),
    [((), 4), (((7, 8),), 3), (((4, 5),), 2), (((0, 1), (18, 19)), 2), (((0, 19),), 0)],
)
def test_stretches_in_which_nothing_is_hidden(
    clip: Path, hidden: tuple[tuple[int, int], ...], untouched: int
) -> None:
    frames = CheckedFrames(probe(clip), plan_of(clip, *hidden))
    for _ in range(2):  # every iteration counts anew
        assert sum(1 for _ in frames) == 20
        assert (frames.stretches, frames.untouched) == (4, untouched)
