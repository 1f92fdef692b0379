"""Blocks that look like pixelation, but are painted from the sealed fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...types import Rect
from ..shapes import Shape
from ..surroundings import Field
from .base import Canvas

BLOCKS = 10
"""Number of blocks along the larger side of a mask."""

SIZE_SLACK = 0.2
"""Relative change of the wanted block size below which blocks keep their size."""

LEASH = 0.3
"""Share of a block by which a mask may move before it pulls its lattice along, so that the lattice
does not jitter with the box."""


@dataclass(slots=True)
class Lattice:
    """Size and origin of a track's blocks, in pixels; they depend only on its boxes."""

    block: float
    x: float
    y: float

    def follow(self, block: float, x: float, y: float) -> None:
        """Adapt to a wanted block size and mask centre, in pixels."""
        if not abs(block / self.block - 1) <= SIZE_SLACK:
            self.block = block
        leash = LEASH * self.block
        self.x = min(max(self.x, x - leash), x + leash)
        self.y = min(max(self.y, y - leash), y + leash)


class Mosaic:
    """Sealed mosaic: the number of blocks is the same for small and large masks, and the blocks are
    steady over time."""

    name = "mosaic"
    soft = False

    def __init__(self) -> None:
        self._lattices: dict[int, Lattice] = {}

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        fill = canvas.surroundings.fill(grid, shape.size)
        lattice = self._lattice(shape)
        layout = canvas.layout
        columns = _block_centres(grid.x1, grid.x2, layout.sub_x, lattice.block, lattice.x)
        rows = _block_centres(grid.y1, grid.y2, layout.sub_y, lattice.block, lattice.y)
        return fill[rows[:, None], columns[None, :]]

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass

    def _lattice(self, shape: Shape) -> Lattice:
        block = shape.size / BLOCKS
        x, y = shape.box.centre
        lattice = self._lattices.setdefault(shape.region.track, Lattice(block, x, y))
        lattice.follow(block, x, y)
        return lattice


def _block_centres(
    first: int, last: int, sub: int, block: float, origin: float
) -> NDArray[np.intp]:
    """For each grid sample from `first` to `last` - 1, the index of its block's centre.

    Indices count from `first` and are clipped to the range: a block cut by the border takes the
    colour at the edge of its visible part, which is close as the fill is smooth.
    """
    wide = block / sub
    samples = np.arange(first, last) + 0.5
    centre = (np.floor((samples - origin / sub) / wide) + 0.5) * wide + origin / sub
    indices: NDArray[np.intp] = np.clip(
        np.asarray(np.floor(centre), np.intp) - first, 0, last - first - 1
    )
    return indices
