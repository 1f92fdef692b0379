"""Small luma pictures of the last seconds, so that an object can be followed back in time.

Memory is bounded for any length, size and rate of the clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from ..media import plane_array
from ..types import Frame

PATCH_SIDE = 16
"""Samples along one side of a patch: about the pixels of a small face."""

TRACKING_LONG_SIDE = 960
"""Pixels: a plate 12 pixels high in 1080p keeps 6, which is about what matching needs."""


@dataclass(frozen=True, slots=True)
class SmallFrame:
    """A frame's luma, scaled down.

    Attributes:
        index: of the frame.
        time: in seconds, of a `FrameClock`.
        levels: uint8 pictures [h, w], each half the size of the one before.
        scale: small pixels (of level 0) per full-resolution pixel, at most 1.
        damaged: see `Frame.damaged`.
    """

    index: int
    time: float
    levels: tuple[NDArray[np.uint8], ...]
    scale: float
    damaged: bool

    @property
    def luma(self) -> NDArray[np.uint8]:
        return self.levels[0]

    @property
    def nbytes(self) -> int:
        return sum(level.nbytes for level in self.levels)


def shrink(frame: Frame, scaler: VideoReformatter, time: float | None = None) -> SmallFrame:
    """Luma of `frame`, at most `TRACKING_LONG_SIDE` long, always in full range.

    Args:
        frame: planar YUV or grey is read directly.
        scaler: libswscale, reused from frame to frame, for any other format.
        time: seconds, if not those of the file (`FrameClock`).
    """
    width, height = frame.size
    scale = min(1.0, TRACKING_LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = frame.picture
    if picture.format.name.removesuffix("10le") in _PLANAR:
        grey: NDArray[Any] = _luma(picture, size)
    else:
        grey = scaler.reformat(
            picture, width=size[0], height=size[1], format="gray", interpolation="AREA"
        ).to_ndarray()
    levels = levels_of(np.ascontiguousarray(grey, np.uint8))
    seconds = frame.seconds if time is None else time
    return SmallFrame(frame.index, seconds, levels, scale, frame.damaged)


_PLANAR = ("yuv420p", "yuv422p", "yuv444p", "gray")
"""Formats whose first plane is the luma, with 8 bits, or 10 if there is a suffix."""


def _luma(picture: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """First plane of a planar picture, scaled to a width and height, as 8 bits in full range."""
    luma: NDArray[Any] = plane_array(picture, 0)
    if luma.shape[::-1] != size:
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), luma.dtype)
    if luma.dtype != np.uint8:
        luma = (luma >> 2).astype(np.uint8)
    grey = picture.format.name.startswith("gray")
    if grey or picture.color_range == ColorRange.JPEG:
        return np.array(luma, np.uint8)  # a copy: the plane belongs to the frame
    return np.asarray(cv2.LUT(np.asarray(luma, np.uint8), _TO_FULL), np.uint8)


_TO_FULL = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)
"""Levels of video range, 16 to 235, in full range."""


def levels_of(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """A picture and coarser ones, each half as large, so that a sparse grid of samples over a
    large object does not alias."""
    levels = [grey]
    while min(levels[-1].shape) >= PATCH_SIDE:
        h, w = levels[-1].shape
        half = cv2.resize(levels[-1], ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, np.uint8))
    return tuple(levels)


def picture_area(small: SmallFrame) -> float:
    """Area of the picture, full-resolution pixels."""
    height, width = small.luma.shape
    return float(width * height) / small.scale**2
