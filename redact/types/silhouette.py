"""The shape of a person in a box: a grid of cells, each of which the body fills or not."""

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
    """Cells of a box that a person fills. The grid moves and scales with the box.

    Attributes:
        packed: the cells as bits, row by row, the leftmost first.

    Raises:
        ValueError: for another number of bytes, or no filled cell: such a mask hides nothing.
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
        """The silhouette of cells, bool [ROWS, COLUMNS]. Raises ValueError if none is filled."""
        return cls(np.packbits(cells).tobytes())

    @cached_property
    def cells(self) -> Cells:
        bits = np.unpackbits(np.frombuffer(self.packed, np.uint8))
        return bits.reshape(ROWS, COLUMNS).astype(np.bool_)

    @property
    def share(self) -> float:
        """Share of the box that it fills."""
        return float(self.cells.mean())

    def union(self, other: Silhouette) -> Silhouette:
        """Cells that either fills."""
        return Silhouette.of(self.cells | other.cells)

    def grown(self) -> Silhouette:
        """Its cells and their eight neighbours."""
        cells = np.pad(self.cells, 1)
        height, width = self.cells.shape
        shifted = [cells[y : y + height, x : x + width] for y in range(3) for x in range(3)]
        return Silhouette.of(np.logical_or.reduce(shifted))

    def common(self, box: Box, other: Box) -> float:
        """Area, in square pixels, that it shares with `other` when it lies in `box`."""
        across = _overlaps(box.x1, box.width / COLUMNS, COLUMNS, other.x1, other.x2)
        down = _overlaps(box.y1, box.height / ROWS, ROWS, other.y1, other.y2)
        return float(down @ self.cells @ across)


def _overlaps(
    start: float, step: float, count: int, low: float, high: float
) -> NDArray[np.float64]:
    """float64 [count], length of each cell, along one axis, between `low` and `high`."""
    edges = np.clip(start + step * np.arange(count + 1), low, high)
    return np.diff(edges)


class Shaped(Value, frozen=True):
    """The shape of a track from one frame up to the next entry.

    Attributes:
        frame: the first frame with this shape.
        cells: base64 of `Silhouette.packed`; "" if there is no shape and the mask is the box.
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
        """The entry for a shape; None for the whole box."""
        packed = b"" if silhouette is None else silhouette.packed
        return cls(frame, base64.b64encode(packed).decode())

    def silhouette(self) -> Silhouette | None:
        """Its shape; None for the whole box. Raises ValueError if no cell is filled."""
        return Silhouette(base64.b64decode(self.cells)) if self.cells else None


def shape_at(shapes: Sequence[Shaped], frame: int) -> Silhouette | None:
    """The shape in a frame; None for the whole box.

    Args:
        shapes: in rising order of frame.
    """
    i = bisect_right(shapes, frame, key=lambda shaped: shaped.frame) - 1
    return shapes[i].silhouette() if i >= 0 else None
