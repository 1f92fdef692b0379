"""Marks the samples of a picture that depend on what a mask hides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ..media import Layout
from ..types import Rect
from .shapes import Shape, core_of, groups_of, rim_of

SOFT = 3
"""Radius of the widest soft edge, in pixels; the edge ends 2 × SOFT pixels outside the core."""

SOFT_SHARE = 0.02
"""Radius of the soft edge as a share of the mask's larger side, so that edges look equally soft at
any distance, and a small face keeps its surroundings."""


class Hidden:
    """The masks of one frame, on the picture's pixels and on its chroma grid.

    Args:
        shapes: masks that touch the picture.
        layout: of the picture.
        width, height: of the picture in pixels.
        blocks: see `Frame`.

    Attributes:
        blocks: see `Frame`.
        core: uint8 [height, width], 255 inside the union of the cores.
        grid: uint8 [grid rows, grid columns], 255 where a chroma sample may contain something of
            the core. All others are free of it.
    """

    def __init__(
        self,
        shapes: Sequence[Shape],
        layout: Layout,
        width: int,
        height: int,
        blocks: tuple[int, int] = (2, 2),
    ) -> None:
        self.layout, self.blocks = layout, blocks
        self.core = core_of(shapes, width, height)
        self._shapes = shapes

    @property
    def width(self) -> int:
        return int(self.core.shape[1])

    @property
    def height(self) -> int:
        return int(self.core.shape[0])

    @cached_property
    def groups(self) -> list[tuple[Rect, list[Shape]]]:
        """See `groups_of`."""
        return groups_of(self._shapes, self.width, self.height, self.rim)

    @property
    def rim(self) -> int:
        """See `rim_of`."""
        return rim_of(self.blocks)

    @property
    def reach(self) -> tuple[int, int]:
        """Columns and rows of the grid that are replaced beyond the core. With a block that
        straddles the core's edge, they stay within the rim."""
        across, down = self.blocks
        return filter_reach(across) // self.layout.sub_x, filter_reach(down) // self.layout.sub_y

    @property
    def has_rim(self) -> bool:
        """Whether `grid` extends beyond the core, because chroma may have been subsampled."""
        return not self.layout.grey

    @cached_property
    def grid(self) -> NDArray[np.uint8]:
        if not self.has_rim:
            return self.core
        columns, rows = self.layout.grid_size(self.width, self.height)
        grid = np.zeros((rows, columns), np.uint8)
        reach_x, reach_y = self.reach
        kernel = np.ones((2 * reach_y + 1, 2 * reach_x + 1), np.uint8)
        for rect, _ in self.groups:
            wide = self.grid_rect(rect)  # includes the rim, so the whole reach of the kernel
            grid[wide.slices] |= np.asarray(cv2.dilate(self.touched(wide), kernel), np.uint8)
        return grid

    def touched(self, grid: Rect) -> NDArray[np.uint8]:
        """Mark the grid samples of a rectangle that share a pixel with the core: uint8, 255 or
        0."""
        return _any_of_blocks(self.core, grid, self.layout.sub_x, self.layout.sub_y)

    def grid_rect(self, rect: Rect) -> Rect:
        """Rectangle of all grid samples that share a pixel with a rectangle of pixels."""
        sub_x, sub_y = self.layout.sub_x, self.layout.sub_y
        return Rect(rect.x1 // sub_x, rect.y1 // sub_y, -(-rect.x2 // sub_x), -(-rect.y2 // sub_y))

    def pixel_rect(self, grid: Rect) -> Rect:
        """Rectangle of all pixels of a rectangle of grid samples, clipped to the picture."""
        sub_x, sub_y = self.layout.sub_x, self.layout.sub_y
        return Rect(
            grid.x1 * sub_x,
            grid.y1 * sub_y,
            min(grid.x2 * sub_x, self.width),
            min(grid.y2 * sub_y, self.height),
        )

    def opacity(self, rect: Rect, radius: int) -> NDArray[np.uint8]:
        """Opacity of the fill in a rectangle of pixels: uint8, 255 everywhere in the core.

        Outside the core it falls to 0 within 2 × `radius` pixels; a radius of 0 is a hard edge.
        """
        if not radius:
            return self.core[rect.slices]
        wide = rect.grown(2 * radius, 2 * radius, self.width, self.height)
        size = 2 * radius + 1
        # Dilated by the reach of the blur, so that the core itself stays at 255.
        spread = cv2.dilate(self.core[wide.slices], np.ones((size, size), np.uint8))
        border = cv2.BORDER_REPLICATE
        faded = np.asarray(cv2.blur(spread, (size, size), borderType=border), np.uint8)
        top, left = rect.y1 - wide.y1, rect.x1 - wide.x1
        return faded[top : top + rect.height, left : left + rect.width]


def soft_radius(size: float) -> int:
    """Radius, in pixels, of the soft edge of a mask whose larger side has `size` pixels."""
    return int(np.clip(round(SOFT_SHARE * size), 1, SOFT))


def filter_reach(block: int) -> int:
    """Pixels beyond a chroma sample's own pixels from which resampling may have carried the core
    into it, along an axis on which `block` pixels shared a sample when the picture was stored.

    A bicubic filter, the default of FFmpeg's scaler, reaches two blocks from the sample's centre,
    which lies up to half a block from its middle (siting); in a picture of odd size it lies up to
    a block less one pixel beside where it should; and our reader repeats samples over as much of a
    block as the working format does not share. Fields that were subsampled separately with more
    than a bilinear filter reach farther (8 rows): there, noise from black to white leaves 2 levels
    of 256.
    """
    return 4 * block - 2


def _any_of_blocks(
    core: NDArray[np.uint8], grid: Rect, sub_x: int, sub_y: int
) -> NDArray[np.uint8]:
    """Maximum of the core over the pixels of each grid sample in a rectangle."""
    part = core[grid.y1 * sub_y : grid.y2 * sub_y, grid.x1 * sub_x : grid.x2 * sub_x]
    missing = grid.height * sub_y - part.shape[0], grid.width * sub_x - part.shape[1]
    if any(missing):
        part = np.pad(part, ((0, missing[0]), (0, missing[1])))
    for axis, sub in ((0, sub_y), (1, sub_x)):
        halves = [part[i::sub] if axis == 0 else part[:, i::sub] for i in range(sub)]
        part = halves[0]
        for other in halves[1:]:
            part = part | other
    return np.ascontiguousarray(part)
