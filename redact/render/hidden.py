"""Marks the samples of a picture that depend on what a mask hides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ..media import Layout
from ..types import Rect
from .shapes import Shape, core_of, groups_of

FILTER_REACH = 6
"""Pixels beyond a chroma sample's own block from which resampling may have carried the core into
it, for any siting (left, centre, top left). Bicubic subsampling to 4:2:0, the default of FFmpeg's
scaler, needs 4; in 4:4:4, the reach covers chroma that was subsampled before and repeated by our
reader. It does not cover fields that were subsampled separately with more than a bilinear filter
(8 rows): there, noise from black to white leaves 2 levels of 256."""

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

    Attributes:
        core: uint8 [height, width], 255 inside the union of the cores.
        grid: uint8 [grid rows, grid columns], 255 where a chroma sample may contain something of
            the core. All others are free of it.
    """

    def __init__(self, shapes: Sequence[Shape], layout: Layout, width: int, height: int) -> None:
        self.layout = layout
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
        return groups_of(self._shapes, self.width, self.height)

    @property
    def has_rim(self) -> bool:
        """Whether `grid` extends beyond the core, because chroma may have been subsampled."""
        return not self.layout.grey

    @cached_property
    def grid(self) -> NDArray[np.uint8]:
        if not self.has_rim:
            return self.core
        sub_x, sub_y = self.layout.sub_x, self.layout.sub_y
        columns, rows = self.layout.grid_size(self.width, self.height)
        grid = np.zeros((rows, columns), np.uint8)
        reach_x, reach_y = filter_reach(sub_x), filter_reach(sub_y)
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


def filter_reach(sub: int) -> int:
    """Number of chroma samples to replace beyond the core along an axis subsampled by `sub`.

    With a block that straddles the core's edge, they stay within the rim.
    """
    return FILTER_REACH // sub


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
