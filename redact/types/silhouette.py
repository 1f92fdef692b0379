"""The shape of a person in a box: which of its cells the body takes up."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final, Self

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from .boxes import Box
from .fields import Natural, Value

COLUMNS: Final = 20
ROWS: Final = 40
"""Cells of a box: fine enough to tell arms from trunk, far too coarse to show a profile."""

Cells = NDArray[np.bool_]
"""bool [ROWS, COLUMNS], top row first."""


@dataclass(frozen=True)
class Silhouette:
    """Cells of a box that a person takes up. It moves and grows with the box.

    Attributes:
        packed: the cells as bits, row by row, the leftmost first.

    Raises:
        ValueError: for another number of bytes, or no cell at all: a mask that hides nothing.
    """

    packed: bytes

    def __post_init__(self) -> None:
        if len(self.packed) != ROWS * COLUMNS // 8:
            raise ValueError(
                f"a silhouette has {ROWS * COLUMNS // 8} bytes, not {len(self.packed)}"
            )
        if not any(self.packed):
            raise ValueError("a silhouette without a cell would hide nothing")

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """The silhouette of cells, bool [ROWS, COLUMNS]. Raises ValueError if there is none."""
        return cls(np.packbits(cells).tobytes())

    @cached_property
    def cells(self) -> Cells:
        bits = np.unpackbits(np.frombuffer(self.packed, np.uint8))
        return bits.reshape(ROWS, COLUMNS).astype(np.bool_)

    @property
    def share(self) -> float:
        """Share of the box that it takes up."""
        return float(self.cells.mean())

    def union(self, other: Silhouette) -> Silhouette:
        """All cells of both."""
        return Silhouette.of(self.cells | other.cells)

    def grown(self) -> Silhouette:
        """All its cells and those beside them."""
        cells = np.pad(self.cells, 1)
        height, width = self.cells.shape
        shifted = [cells[y : y + height, x : x + width] for y in range(3) for x in range(3)]
        return Silhouette.of(np.logical_or.reduce(shifted))

    def common(self, box: Box, other: Box) -> float:
        """Square pixels that it has in common with another box, where it lies in `box`."""
        across = _overlaps(box.x1, box.width / COLUMNS, COLUMNS, other.x1, other.x2)
        down = _overlaps(box.y1, box.height / ROWS, ROWS, other.y1, other.y2)
        return float(down @ self.cells @ across)

    def outline(self, box: Box) -> list[list[float]]:
        """Polygons around its cells where it lies in `box`: x and y of each corner in turn, as in
        COCO. Gaps that are enclosed are left out."""
        twice = np.pad(self.cells, 1).repeat(2, axis=0).repeat(2, axis=1)
        wide: NDArray[np.uint8] = twice.astype(np.uint8)
        import cv2  # here, so that a system that lacks what OpenCV needs is told so in words

        contours, _ = cv2.findContours(wide, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        step = np.array([box.width / COLUMNS, box.height / ROWS])
        found = []
        for contour in contours:
            # Samples 2n and 2n + 1 are the two halves of cell n: a corner lies at the outer side.
            corners = np.ceil(contour[:, 0] / 2) - 1
            turned = _without_straight(corners)
            found.append((turned * step + [box.x1, box.y1]).ravel().tolist())
        return found


def _without_straight(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """A closed line without the corners at which it goes straight on, or stays."""
    corners = corners[(corners != np.roll(corners, 1, axis=0)).any(axis=1)]
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    bends = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return np.asarray(corners[bends])


def _overlaps(
    start: float, step: float, count: int, low: float, high: float
) -> NDArray[np.float64]:
    """[count] length of each cell, along one axis, that lies between `low` and `high`."""
    edges = np.clip(start + step * np.arange(count + 1), low, high)
    return np.diff(edges)


class Shaped(Value, frozen=True):
    """The shape of a track from one frame to the next entry.

    Attributes:
        frame: from which it holds.
        cells: base64 of `Silhouette.packed`; "" where there is none, and the mask is the box.
    """

    frame: Natural
    cells: Annotated[
        str,
        Meta(
            pattern="^([A-Za-z0-9+/]{134}==)?$",
            description=f"{ROWS} rows of {COLUMNS} cells of the box, as bits, base64; empty: all",
        ),
    ]

    @classmethod
    def at(cls, frame: int, silhouette: Silhouette | None) -> Self:
        """The entry for a shape; None: the box."""
        packed = b"" if silhouette is None else silhouette.packed
        return cls(frame, base64.b64encode(packed).decode())

    def silhouette(self) -> Silhouette | None:
        """Its shape. Raises ValueError if it has no cell."""
        return Silhouette(base64.b64decode(self.cells)) if self.cells else None


def shape_at(shapes: Sequence[Shaped], frame: int) -> Silhouette | None:
    """The shape in a frame, None for the box.

    Args:
        shapes: in rising order of frame.
    """
    i = bisect_right(shapes, frame, key=lambda shaped: shaped.frame) - 1
    return shapes[i].silhouette() if i >= 0 else None
