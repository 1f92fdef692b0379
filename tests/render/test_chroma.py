"""Chroma computed from hidden pixels by real subsampling never survives."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import Interpolation
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from redact.media.conversion import join
from redact.media.pixel_formats import chroma_blocks
from redact.render import Renderer, mask_of
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

from .pictures import planes

WIDTH, HEIGHT = 96, 80
SCALERS = ("AREA", "BILINEAR", "BICUBIC")


def pair(
    seed: int, regions: list[Region], width: int = WIDTH, height: int = HEIGHT
) -> list[NDArray[np.uint8]]:
    """Two RGB pictures that differ, wildly, only under the masks."""
    rng = np.random.default_rng(seed)
    outside = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = mask_of(regions, width, height, RenderSettings().margin)
    found = []
    for colour in ((255, 0, 0), (0, 255, 255)):
        picture = outside.copy()
        picture[mask] = colour
        found.append(picture)
    return found


def draw(picture: av.VideoFrame, regions: list[Region], style: Style) -> av.VideoFrame:
    frame = Frame(0, 0, Fraction(1, 25), picture)
    return Renderer(RenderSettings(style=style)).draw(frame, regions).picture


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv420p10le"])
@given(
    x=st.floats(0, WIDTH - 30),
    y=st.floats(0, HEIGHT - 30),
    seed=st.integers(0, 1000),
    style=st.sampled_from([Style.COVER, Style.BLUR, Style.MOSAIC, Style.SOLID]),
    target=st.sampled_from(list(Target)),
)
def test_subsampled_by_ffmpeg(
    scaler: str, form: str, x: float, y: float, seed: int, style: Style, target: Target
) -> None:
    regions = [Region(1, target, Box(x, y, x + 17.3, y + 21.8), State.DETECTED)]
    drawn = []
    for picture in pair(seed, regions):
        # 4:4:4 first: then luma differs only under the masks, and chroma is what is tested.
        full = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv444p")
        small = full.reformat(format=form, interpolation=Interpolation[scaler])
        drawn.append(planes(draw(small, regions, style)))
    assert all(map(np.array_equal, *drawn))


def as_read(stored: av.VideoFrame) -> Frame:
    """The frame that the reader makes of a stored picture."""
    form = stored.format.name
    return Frame(*(0, 0, Fraction(1, 25), join(stored, form)), blocks=chroma_blocks(form, turns=0))


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize(
    "form",
    ["yuv410p", "yuv411p", "yuv420p", "yuv422p", "yuyv422", "yuv440p", "nv12"],
)
@given(
    x=st.floats(0, 60),
    y=st.floats(0, 40),
    size=st.tuples(st.integers(65, 101), st.integers(49, 67)),
    style=st.sampled_from([Style.COVER, Style.BLUR, Style.SOLID]),
)
def test_every_subsampling_and_size(
    scaler: str, form: str, x: float, y: float, size: tuple[int, int], style: Style
) -> None:
    """Chroma of four columns reaches farther, and in an odd size it lies beside its pixels."""
    width, height = size
    regions = [Region(1, Target.FACE, Box(x, y, x + 17.3, y + 21.8), State.DETECTED)]
    drawn = []
    for picture in pair(1, regions, width, height):
        full = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv444p")
        small = full.reformat(format=form, interpolation=Interpolation[scaler])
        masked = Renderer(RenderSettings(style=style)).draw(as_read(small), regions)
        drawn.append(planes(masked.picture))
    assert all(map(np.array_equal, *drawn))


def test_packed_chroma_of_four_columns_is_repeated_not_smoothed() -> None:
    """A filter would carry it two blocks farther."""
    packed = av.VideoFrame(32, 4, "uyyvyy411")
    samples = np.random.default_rng(1).integers(0, 256, packed.planes[0].buffer_size, np.uint8)
    packed.planes[0].update(samples.tobytes())
    _, *chroma = planes(as_read(packed).picture)
    assert all(np.array_equal(c[:, ::2], c[:, 1::2]) for c in chroma)


def subsample(chroma: NDArray[np.float64], siting: str) -> NDArray[np.uint8]:
    """4:2:0 chroma by the usual short filters of cameras: 3 taps where co-sited, else 2."""

    def along(a: NDArray[np.float64], cosited: bool) -> NDArray[np.float64]:
        if not cosited:
            return (a[0::2] + a[1::2]) / 2
        before = np.concatenate([a[:1], a[1::2][:-1]])
        return (before + 2 * a[0::2] + a[1::2]) / 4

    rows = along(chroma, siting == "topleft")
    return np.rint(along(rows.T, siting in ("left", "topleft")).T).astype(np.uint8)


@pytest.mark.parametrize("siting", ["left", "center", "topleft"])
@given(x=st.floats(0, WIDTH - 30), y=st.floats(0, HEIGHT - 30), seed=st.integers(0, 1000))
def test_every_siting(siting: str, x: float, y: float, seed: int) -> None:
    regions = [Region(1, Target.FACE, Box(x, y, x + 14.2, y + 19.1), State.DETECTED)]
    drawn = []
    for picture in pair(seed, regions):
        full = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv444p")
        luma, *chroma = (plane.astype(np.float64) for plane in planes(full))
        parts = [luma.astype(np.uint8), *(subsample(c, siting) for c in chroma)]
        flat = np.concatenate([part.ravel() for part in parts]).reshape(-1, WIDTH)
        small = av.VideoFrame.from_ndarray(flat, format="yuv420p")
        drawn.append(planes(draw(small, regions, Style.BLUR)))
    assert all(map(np.array_equal, *drawn))


@given(x=st.floats(0, WIDTH - 30), y=st.floats(0, HEIGHT - 30), seed=st.integers(0, 1000))
def test_chroma_upsampled_to_full_resolution(x: float, y: float, seed: int) -> None:
    """The reader converts 4:4:0 and the like to 4:4:4, whose chroma is then not sharp."""
    regions = [Region(1, Target.FACE, Box(x, y, x + 14.2, y + 19.1), State.DETECTED)]
    drawn = []
    for picture in pair(seed, regions):
        first = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv444p")
        half = first.reformat(format="yuv440p", interpolation=Interpolation.AREA)
        full = half.reformat(format="yuv444p", interpolation=Interpolation.BILINEAR)
        drawn.append(planes(draw(full, regions, Style.BLUR)))
    assert all(map(np.array_equal, *drawn))
