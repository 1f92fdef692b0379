"""From decoded frames to small RGB: range, matrix, depth, odd sizes, crops."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from redact.detection import scaling
from redact.detection.scaling import Scaler
from redact.types import Rect

FORMATS = [
    "yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "nv12",
    "p010le", "gray", "gray10le", "yuv411p", "yuv410p", "gbrp", "rgb24",
]  # fmt: skip


def picture(width: int, height: int) -> np.ndarray:
    """A smooth colourful picture, uint8 [H, W, 3]."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    planes = [
        127 + 120 * np.sin(x / 19),
        127 + 120 * np.cos(y / 23),
        127 + 90 * np.sin((x + y) / 31),
    ]
    return np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8)


def stored(rgb: np.ndarray, form: str, space: Colorspace, span: ColorRange) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(
        format=form, dst_colorspace=space, dst_color_range=span
    )
    frame.color_range = span
    frame.colorspace = {Colorspace.ITU709: 1, Colorspace.ITU601: 5, Colorspace.BT2020: 9}[space]
    return frame


@pytest.mark.parametrize("space", [Colorspace.ITU709, Colorspace.ITU601, Colorspace.BT2020])
@pytest.mark.parametrize("span", [ColorRange.MPEG, ColorRange.JPEG])
def test_colours_are_preserved(space: Colorspace, span: ColorRange) -> None:
    rgb = picture(320, 240)
    frame = stored(rgb, "yuv444p", space, span)
    small = Scaler().frame(frame).view(Rect(0, 0, 320, 240), (320, 240))
    assert np.abs(small.astype(int) - rgb).max() <= 6


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(320, 240), (321, 243), (99, 57)])
def test_every_format_and_odd_sizes(form: str, size: tuple[int, int]) -> None:
    rgb = picture(*size)
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=form)
    scaler = Scaler()
    small = scaler.frame(frame).view(Rect(0, 0, *size), (64, 48))
    assert small.shape == (48, 64, 3) and small.dtype == np.uint8
    want = scaler.array(rgb).view(Rect(0, 0, *size), (64, 48)).astype(int)
    if form.startswith("gray"):
        want = want @ np.array([[0.299], [0.587], [0.114]])
    assert np.abs(small - want).mean() < 6


@pytest.mark.parametrize("form", FORMATS)
def test_a_crop_has_the_same_pixels_as_the_whole(form: str) -> None:
    frame = av.VideoFrame.from_ndarray(picture(321, 243), "rgb24").reformat(format=form)
    scaler = Scaler()
    whole = scaler.frame(frame).view(Rect(0, 0, 321, 243), (321, 243)).astype(int)
    area = Rect(104, 56, 264, 176)
    part = scaler.frame(frame).view(area, (160, 120))
    inner = whole[56:176, 104:264]
    # Chroma at the rim, and of odd widths, is interpolated from other neighbours.
    assert np.abs(part[8:-8, 8:-8] - inner[8:-8, 8:-8]).mean() < 5


def test_the_frame_keeps_its_tags_and_pixels() -> None:
    frame = stored(picture(64, 48), "yuv420p", Colorspace.BT2020, ColorRange.MPEG)
    frame.color_trc, frame.color_primaries = 16, 9
    before = frame.to_ndarray().copy()
    Scaler().frame(frame).view(Rect(8, 8, 48, 40), (20, 16))
    tags = (frame.colorspace, frame.color_range, frame.color_trc, frame.color_primaries)
    assert tags == (9, ColorRange.MPEG, 16, 9)
    assert (frame.to_ndarray() == before).all()


def test_pq_is_converted_to_the_brightness_that_networks_know() -> None:
    # A grey card (26 cd/m², ITU-R BT.2408) has a PQ signal of 0.38; as SDR it is near 0.5.
    grey = np.full((16, 16, 3), round(0.38 * 255), np.uint8)
    frame = av.VideoFrame.from_ndarray(grey, "rgb24")
    frame.color_trc = 16
    shown = Scaler().frame(frame).view(Rect(0, 0, 16, 16), (16, 16))
    assert 100 < shown.mean() < 150


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        Scaler().array(bad)


def test_a_picture_is_scaled_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyAV writes the matrix into the frame while scaling it: another thread scaling it at that
    moment would get wrong colours."""
    inside, most = 0, 0

    class Slow:
        def reformat(self, *about: Any, **more: Any) -> av.VideoFrame:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            inside -= 1
            return VideoReformatter().reformat(*about, **more)

    monkeypatch.setattr(scaling, "VideoReformatter", Slow)
    shown = Scaler().array(picture(64, 48))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda side: shown.view(Rect(0, 0, 64, 48), (side, side)), range(8, 16)))
    assert most == 1
