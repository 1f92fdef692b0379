"""A video that is long enough to be divided, and cheap enough to be searched several times."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from ..pipeline.conftest import SAMPLE

SECONDS, RATE = 66, 2


def long_street(target: Path) -> Path:
    """Heads of the sample that walk to and fro and stand still in between, 240×80 pixels."""
    with av.open(str(SAMPLE)) as source:
        pictures = [
            frame.to_ndarray(format="rgb24")[150:310, 240:720]
            for number, frame in enumerate(source.decode(video=0))
            if number < 160
        ]
    with av.open(str(target), "w") as out:
        options = {"crf": "20", "preset": "veryfast", "g": "7"}
        stream = out.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = 240, 80, "yuv420p"
        for number in range(SECONDS * RATE):
            walked = 3 * (number - number // 20 * 6 - min(number % 20, 6))
            at = abs((walked + 159) % 318 - 159)
            small = av.VideoFrame.from_ndarray(pictures[at].copy(), "rgb24")
            small = small.reformat(240, 80, "yuv420p")
            small.pts, small.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(small))
        out.mux(stream.encode(None))
    return target


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return long_street(tmp_path_factory.mktemp("long") / "long.mp4")
