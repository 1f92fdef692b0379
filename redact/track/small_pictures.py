"""Small luma pictures of the last seconds, so that an object can be followed back in time; and
patches of them, which say what objects look like, the same size for every object.

Memory is bounded whatever the clip's length, size and rate. A patch does not depend on brightness
or contrast (it has mean 0 and norm 1), so that a fade, a flash or a passing shadow leaves it alone;
the scalar product of two patches is their normalised correlation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from ..media import plane_array
from ..types import Frame
from .geometry import Boxes, to_centres

LONG_SIDE = 960
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
    """Luma of `frame`, at most `LONG_SIDE` long, in full range whatever the frame's is.

    Args:
        frame: planar YUV or grey is read as it lies there.
        scaler: libswscale, kept from frame to frame, for any other format.
        time: seconds, if not those of the file (`FrameClock`).
    """
    width, height = frame.size
    scale = min(1.0, LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = frame.picture
    if picture.format.name.removesuffix("10le") in _PLANAR:
        grey: NDArray[Any] = _luma(picture, size)
    else:
        grey = scaler.reformat(
            picture, width=size[0], height=size[1], format="gray", interpolation="AREA"
        ).to_ndarray()
    levels = _levels(np.ascontiguousarray(grey, np.uint8))
    seconds = frame.seconds if time is None else time
    return SmallFrame(frame.index, seconds, levels, scale, frame.damaged)


_PLANAR = ("yuv420p", "yuv422p", "yuv444p", "gray")
"""Formats whose first plane is the luma, with 8 bits or, with a suffix, 10."""


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


def _levels(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """A picture and coarser ones, each half as large, so that a sparse grid of samples over a
    large object does not alias."""
    levels = [grey]
    while min(levels[-1].shape) >= CELLS:
        h, w = levels[-1].shape
        half = cv2.resize(levels[-1], ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, np.uint8))
    return tuple(levels)


class Ring:
    """The newest small pictures, oldest first, bounded in seconds and in bytes."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._frames: deque[SmallFrame] = deque()
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._bytes = 0

    def push(self, small: SmallFrame) -> None:
        self._frames.append(small)
        self._bytes += small.nbytes
        while len(self._frames) > 2 and (
            self._bytes > self._most_bytes or small.time - self._frames[0].time > self._seconds
        ):
            self._bytes -= self._frames.popleft().nbytes

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def oldest(self) -> int:
        """Index of the oldest frame that is held, 0 if there is none."""
        return self._frames[0].index if self._frames else 0

    def get(self, index: int) -> SmallFrame | None:
        """The picture of frame `index`, None if it is no longer (or not yet) held."""
        # Damaged frames are not held, so that the position does not follow from the index.
        return next((small for small in reversed(self._frames) if small.index == index), None)

    def before(self, index: int) -> Iterator[SmallFrame]:
        """Pictures older than frame `index`, newest first."""
        for small in reversed(self._frames):
            if small.index < index:
                yield small


def picture_area(small: SmallFrame) -> float:
    """Full-resolution pixels of the picture."""
    height, width = small.luma.shape
    return float(width * height) / small.scale**2


Patches = NDArray[np.float32]
"""[N, cells, cells]."""

CELLS = 16
"""Samples along one side of a patch: about as many pixels as a small face has."""

CONTEXT = 1.25
"""A patch reaches over its box by this factor: an eighth more on every side, as outlines
help where a face has few pixels."""

FLAT = 1.5
"""Standard deviation in grey levels below which a patch shows nothing that could be found, and a
thumbnail (`camera_and_cuts`) nothing that could be told apart: noise alone deviates by as
much."""


def sample(small: SmallFrame, boxes: Boxes, cells: int, reach: float) -> Patches:
    """Luma at a grid of `cells` x `cells` points over every box enlarged `reach` times.

    Points outside the picture repeat its border. Large boxes are read from coarser pyramid
    levels, so that the grid does not alias.
    """
    out = np.zeros((len(boxes), cells, cells), np.float32)
    if not len(boxes):
        return out
    centres = to_centres(boxes)
    step = np.maximum(centres[:, 2:], 1.0) * (reach / cells)
    pixels = np.sqrt(step[:, 0] * step[:, 1]) * small.scale
    level = np.round(np.log2(np.maximum(pixels, 1e-3))).astype(np.intp)
    level = np.clip(level, 0, len(small.levels) - 1)
    factor = np.array([p.shape[1] / small.levels[0].shape[1] for p in small.levels])[level]
    factor = factor[:, None] * small.scale
    ticks = np.arange(cells) - (cells - 1) / 2
    x = ((centres[:, 0:1] + step[:, 0:1] * ticks) * factor - 0.5).astype(np.float32)
    y = ((centres[:, 1:2] + step[:, 1:2] * ticks) * factor - 0.5).astype(np.float32)
    grid_x = np.repeat(x[:, None, :], cells, axis=1)
    grid_y = np.repeat(y[:, :, None], cells, axis=2)
    for chosen in np.flatnonzero(np.bincount(level)):
        rows = level == chosen
        out[rows] = _remap(small.levels[chosen], grid_x[rows], grid_y[rows])
    return out


def _remap(
    picture: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bilinear samples; OpenCV's maps have at most 32767 rows, so long ones go in parts."""
    count, cells, _ = x.shape
    per_part = 16384 // cells
    parts = [
        cv2.remap(
            picture,
            x[i : i + per_part].reshape(-1, cells),
            y[i : i + per_part].reshape(-1, cells),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for i in range(0, count, per_part)
    ]
    return np.concatenate(parts).reshape(count, cells, cells).astype(np.float32)


def patches_of(small: SmallFrame, boxes: Boxes) -> Patches:
    """Patches of the objects in `boxes`, mean 0 and norm 1; all 0 where there is no texture.

    Args:
        small: where they are looked up.
        boxes: float64 [N, 4], in full-resolution pixels.

    Returns:
        float32 [N, CELLS, CELLS].
    """
    samples = sample(small, boxes, CELLS, CONTEXT)
    centred = samples - samples.mean(axis=(1, 2), keepdims=True)
    norm = np.sqrt((centred**2).sum(axis=(1, 2), keepdims=True))
    shows = norm >= FLAT * samples.shape[1]
    return np.asarray(np.where(shows, centred / np.maximum(norm, 1e-6), 0.0), np.float32)


def pairwise_likeness(a: Patches, b: Patches) -> NDArray[np.float64]:
    """Correlation of patches row by row: [N]."""
    return np.asarray((a * b).sum(axis=(1, 2)), np.float64)
