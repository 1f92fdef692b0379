"""Brings planes of source and output to one form, and measures their difference.

Everything here works on 8-bit samples. Deeper samples lose their lowest bits, which are noise for
all thresholds of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import Scaler
from ..media import plane_array
from ..types import Frame, Rect

Plane: TypeAlias = NDArray[np.uint8]
"""Samples of one plane, uint8 [H, W]; chroma has the size of its own grid."""

COMPARED_BLOCK: Final = 16
"""Side, in pixels, of the blocks in which pictures are compared: that of most codecs' formats."""

NEUTRAL: Final = 128
"""Chroma of grey."""


def luma(frame: Frame) -> Plane:
    """The first plane as uint8 [H, W]; deeper samples lose their lowest bits."""
    return _plane(frame, 0)


def _plane(frame: Frame, index: int) -> Plane:
    plane = plane_array(frame.picture, index)
    if plane.dtype == np.uint8:
        return np.ascontiguousarray(plane)
    spare = frame.picture.format.components[index].bits - 8
    return (plane >> spare).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Both:
    """Source and output of one frame, plane by plane, each pair on one grid.

    Attributes:
        luma: of source and output.
        chroma: U of source and output, then V; empty if both pictures are grey.
        right, down: pixels per chroma sample, across and down.
    """

    luma: tuple[Plane, Plane]
    chroma: tuple[tuple[Plane, Plane], ...] = ()
    right: int = 1
    down: int = 1

    @classmethod
    def of(cls, source: Frame, output: Frame) -> Both:
        """Pair the planes of two frames of equal size.

        Both are planar YUV or grey, but their formats may differ: if an encoder cannot write the
        source's format, it gets finer chroma or more bits; another tool may write coarser chroma.
        The finer chroma is averaged down to the coarser. A picture without chroma counts as having
        neutral chroma.
        """
        pictures = source.picture, output.picture
        lumas = luma(source), luma(output)
        if all(len(p.planes) < 3 for p in pictures):
            return cls(lumas)
        steps = [step_of(f.picture) for f in (source, output) if len(f.picture.planes) >= 3]
        right, down = max(s[0] for s in steps), max(s[1] for s in steps)
        u, v = ((_chroma(source, i, right, down), _chroma(output, i, right, down)) for i in (1, 2))
        return cls(lumas, (u, v), right, down)


def step_of(picture: av.VideoFrame) -> tuple[int, int]:
    """Pixels per chroma sample, across and down."""
    form = picture.format
    return 64 // form.chroma_width(64), 64 // form.chroma_height(64)


def _chroma(frame: Frame, index: int, right: int, down: int) -> Plane:
    """A chroma plane with one sample per `right` × `down` pixels."""
    width, height = frame.size
    size = -(-width // right), -(-height // down)
    if len(frame.picture.planes) < 3:
        return np.full((size[1], size[0]), NEUTRAL, np.uint8)
    plane, own = _plane(frame, index), step_of(frame.picture)
    if own == (right, down):
        return plane
    whole = size[1] * down // own[1], size[0] * right // own[0]
    return np.asarray(cv2.resize(_filled(plane, whole), size, interpolation=cv2.INTER_AREA))


class Painter:
    """Converts frames to RGB, with the colours that the detectors see."""

    def __init__(self) -> None:
        self._scaler = Scaler()

    def rgb(self, frame: Frame) -> NDArray[np.uint8]:
        """The whole picture, uint8 RGB [H, W, 3]; HDR is converted to the range of screens."""
        width, height = frame.size
        whole = Rect(0, 0, width, height)
        return self._scaler.frame(frame.picture).view(whole, (width, height))


def difference_outside(source: Plane, output: Plane, outside: Plane | None) -> Plane:
    """Absolute difference where `outside` is 255, and 0 where it is 0; None stands for 255
    everywhere."""
    difference = cv2.absdiff(source, output)
    if outside is not None:
        difference = cv2.bitwise_and(difference, outside)
    return np.asarray(difference)


def psnr(difference: Plane, samples: int) -> float:
    """PSNR in dB, given absolute differences and the number of samples that count; inf if all are
    equal."""
    error = float(cv2.norm(difference, cv2.NORM_L2SQR))
    return float("inf") if error == 0 else float(10 * np.log10(255.0**2 * samples / error))


def coarser(outside: Plane, right: int, down: int) -> Plane:
    """`outside` (0 or 255) on the chroma grid: 255 where it is 255 for all of a sample's pixels."""
    height, width = outside.shape
    size = -(-width // right), -(-height // down)
    filled = _filled(outside, (size[1] * down, size[0] * right))
    # The mean of a few samples is 255 only where each is.
    mean = np.asarray(cv2.resize(filled, size, interpolation=cv2.INTER_AREA))
    return np.asarray((mean == 255).view(np.uint8) * np.uint8(255), np.uint8)


def block_mean(plane: Plane, right: int = 1, down: int = 1) -> NDArray[np.float32]:
    """Mean of each block, float32 [rows of blocks, columns of blocks].

    Args:
        plane: its last samples repeat to fill up the blocks at the right and bottom border.
        right, down: pixels per sample of the plane; blocks are 16×16 pixels in any plane.
    """
    across, rows = COMPARED_BLOCK // right, _rows_of_blocks(plane, right, down)
    sums = rows.sum(axis=1, dtype=np.uint16).reshape(len(rows), -1, across).sum(axis=2)
    return np.asarray(sums / (across * rows.shape[1]), np.float32)


def block_least(plane: Plane) -> Plane:
    """Least sample of each block of a plane with one sample per pixel."""
    rows = _rows_of_blocks(plane, 1, 1)
    least: Plane = rows.min(axis=1).reshape(len(rows), -1, COMPARED_BLOCK).min(axis=2)
    return least


def _rows_of_blocks(plane: Plane, right: int, down: int) -> Plane:
    """The plane as uint8 [rows of blocks, rows in a block, columns], filled up to whole blocks."""
    across, up = COMPARED_BLOCK // right, COMPARED_BLOCK // down
    height, width = -(-plane.shape[0] // up) * up, -(-plane.shape[1] // across) * across
    return _filled(plane, (height, width)).reshape(-1, up, width)


def _filled(plane: Plane, shape: tuple[int, int]) -> Plane:
    """The plane with its last row and column repeated up to `shape` (rows, columns)."""
    down, right = shape[0] - plane.shape[0], shape[1] - plane.shape[1]
    if not (down or right):
        return np.ascontiguousarray(plane)
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.copyMakeBorder(plane, 0, down, 0, right, border), np.uint8)
