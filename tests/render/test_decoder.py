"""Drawing on decoded frames never spoils frames that the decoder predicts from them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from redact.render import Renderer, drawn_area_of
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

from .pictures import planes

WIDTH, HEIGHT, FRAMES = 160, 120, 40
REGIONS = [Region(1, Target.FACE, Box(50, 40, 90, 85), State.DETECTED)]


def encode(path: Path, codec: str, form: str, options: dict[str, str]) -> None:
    """A texture that slides through the mask, so that prediction carries pixels out of it."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 2, 3)).astype(np.uint8)
    texture = small.repeat(8, 0).repeat(8, 1)
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, form
        for index in range(FRAMES):
            part = np.ascontiguousarray(texture[:, 3 * index : 3 * index + WIDTH])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("codec", "form", "options"),
    [
        ("libx264", "yuv420p", {"bf": "3", "refs": "4", "g": "40"}),
        ("libx265", "yuv420p10le", {"x265-params": "log-level=none:keyint=40"}),
        ("mpeg4", "yuv420p", {"g": "40", "bf": "2"}),
        ("libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
    ],
)
@pytest.mark.parametrize("threads", ["NONE", "AUTO"])
def test_frames_drawn_while_decoding_equal_frames_drawn_afterwards(
    tmp_path: Path, codec: str, form: str, options: dict[str, str], threads: str
) -> None:
    path = tmp_path / "clip.mkv"
    encode(path, codec, form, options)

    def decode(draw: bool) -> list[list[np.ndarray]]:
        renderer = Renderer(RenderSettings(style=Style.SOLID, colour=(255, 0, 255)))
        found = []
        with av.open(path) as container:
            container.streams.video[0].thread_type = threads
            for index, picture in enumerate(container.decode(video=0)):
                frame = Frame(index, picture.pts or 0, Fraction(1, 1000), picture)
                if draw:
                    frame = renderer.draw(frame, REGIONS)
                found.append(planes(frame.picture))
        return found

    clean, drawn = decode(draw=False), decode(draw=True)
    assert len(clean) == len(drawn) == FRAMES
    outside = ~drawn_area_of(REGIONS, WIDTH, HEIGHT, RenderSettings().margin)
    for before, after in zip(clean, drawn, strict=True):
        assert np.array_equal(before[0][outside], after[0][outside])
        assert (before[0][60, 70] != after[0][60, 70]) or (before[1][30, 35] != after[1][30, 35])
