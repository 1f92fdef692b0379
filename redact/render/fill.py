"""The sealed fill: a smooth continuation of the surroundings over a masked area.

The value at a masked point is a weighted mean of the samples outside ALL masks, with weights
that fall with distance as a power law, so that the fill joins its surroundings at the edge and
becomes calmer towards the middle. The sum over a power law is split into Gaussians of doubling
width, as in "Convolution Pyramids" (Farbman, Fattal, Lischinski, SIGGRAPH Asia 2011): colour
times weight and weight go down a Gaussian pyramid, up again with every level `FALLOFF` times as
strong as the finer one, and are divided once, at the end. Masked samples have weight zero
everywhere, so no arithmetic on them exists whose result could be seen.

Pyramid cells lie on a grid that is fixed in the picture, not on the object: what stands still
outside keeps its colour inside while the mask moves over it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..media import Layout
from ..types import Rect
from .hidden import Hidden
from .samples import Samples

LEAST_CELLS = 24
"""Least cells across the larger side of a mask; up to twice as many."""

LEVELS = 6
"""Pyramid levels; 2^LEVELS cells reach over the whole mask at its largest."""

FALLOFF = 0.4
"""Strength of a pyramid level against the next finer one."""

SURROUNDINGS_REACH = 0.7
"""How far around a mask its surroundings count, share of its larger side."""

DISTANT = 1e-3
"""Weight of the distant background against a neighbourhood that is wholly visible."""

ALIGNED_CELLS = 4
"""Pyramid cells to which the neighbourhood is aligned, so that a moving mask does not make
the coarser levels crawl."""

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cells:
    """Fill of a neighbourhood at cell resolution.

    Attributes:
        rect: neighbourhood on the grid, in grid samples; may reach over the right and bottom
            border up to a whole cell.
        step: (columns, rows) of grid samples per cell.
        colour: float32 [rows, columns, channels] in sample values.
    """

    rect: Rect
    step: tuple[int, int]
    colour: Field

    def at(self, rect: Rect) -> Field:
        """Fill on the grid: float32 [h, w, channels] for a rectangle inside the neighbourhood."""
        step_x, step_y = self.step
        rows, columns = self.colour.shape[:2]
        # One cell more on each side, which the interpolation looks at.
        x1 = max(0, (rect.x1 - self.rect.x1) // step_x - 2)
        y1 = max(0, (rect.y1 - self.rect.y1) // step_y - 2)
        x2 = min(columns, -(-(rect.x2 - self.rect.x1) // step_x) + 2)
        y2 = min(rows, -(-(rect.y2 - self.rect.y1) // step_y) + 2)
        part = self.colour[y1:y2, x1:x2]
        if self.step != (1, 1):
            size = (x2 - x1) * step_x, (y2 - y1) * step_y
            part = _with_channels(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR))
        left = rect.x1 - self.rect.x1 - x1 * step_x
        top = rect.y1 - self.rect.y1 - y1 * step_y
        return part[top : top + rect.height, left : left + rect.width]


class Surroundings:
    """The visible samples of one frame, and the fills made of them.

    Args:
        planes: of the picture, not yet drawn on.
        hidden: the masks of the frame.
    """

    def __init__(self, planes: list[Samples], hidden: Hidden) -> None:
        self._planes = planes
        self._hidden = hidden
        self._far: Cells | None = None
        self._made: dict[tuple[Rect, float], Field] = {}

    @property
    def layout(self) -> Layout:
        return self._hidden.layout

    def fill(self, grid: Rect, size: float) -> Field:
        """Sealed fill of a mask: float32 [h, w, channels] in sample values, on the grid.

        Args:
            grid: what will be drawn, on the grid, inside the picture.
            size: larger side of the mask in pixels; decides how coarse the fill is.
        """
        key = grid, size
        if key not in self._made:
            self._made[key] = self._cells_around(grid, size).at(grid)
        return self._made[key]

    def _cells_around(self, grid: Rect, size: float) -> Cells:
        step = self._step(size / LEAST_CELLS)
        rect = self._neighbourhood(grid, size, step)
        summed = _power_law(self._cells(rect, step))
        colour, weight = summed[..., :-1], summed[..., -1]
        prior = DISTANT * FALLOFF ** (LEVELS - 1)
        if float(weight.min()) > 200 * prior:
            # The distant background would count for less than half a grey level.
            return Cells(rect, step, _divided(colour, weight))
        far = self._distant(rect, step)
        return Cells(rect, step, _divided(colour + prior * far, weight + prior))

    def _step(self, pixels: float) -> tuple[int, int]:
        """Grid samples per cell for cells of at most `pixels` pixels, a power of two."""
        cell = 1 << max(0, math.floor(math.log2(max(pixels, 1.0))))
        return max(1, cell // self.layout.sub_x), max(1, cell // self.layout.sub_y)

    def _neighbourhood(self, grid: Rect, size: float, step: tuple[int, int]) -> Rect:
        columns, rows = self._grid_size
        reach = math.ceil(SURROUNDINGS_REACH * size)
        wide = grid.grown(reach // self.layout.sub_x, reach // self.layout.sub_y, columns, rows)
        (step_x, step_y), (block_x, block_y) = (
            step,
            (step[0] * ALIGNED_CELLS, step[1] * ALIGNED_CELLS),
        )
        x1, y1 = wide.x1 // block_x * block_x, wide.y1 // block_y * block_y
        # Up to the border in whole cells, farther inside in whole blocks of cells.
        x2 = min(-(-wide.x2 // block_x) * block_x, -(-columns // step_x) * step_x)
        y2 = min(-(-wide.y2 // block_y) * block_y, -(-rows // step_y) * step_y)
        return Rect(x1, y1, x2, y2)

    @property
    def _grid_size(self) -> tuple[int, int]:
        return self.layout.grid_size(self._hidden.width, self._hidden.height)

    def _cells(self, rect: Rect, step: tuple[int, int]) -> Field:
        """Mean of colour × visibility, and of visibility, over every cell of a rectangle.

        float32 [rows, columns, channels + 1]; parts beyond the picture count as hidden.
        """
        columns, rows = self._grid_size
        inside = Rect(rect.x1, rect.y1, min(rect.x2, columns), min(rect.y2, rows))
        visible = self._hidden.grid[inside.slices] == 0
        stack = np.zeros((rect.height, rect.width, self.layout.channels + 1), np.float32)
        part = stack[: inside.height, : inside.width]
        for channel in range(self.layout.channels):
            np.copyto(part[..., channel], self._on_grid(channel, inside), where=visible)
        part[..., -1] = visible
        if step == (1, 1):
            return stack
        size = rect.width // step[0], rect.height // step[1]
        return np.asarray(cv2.resize(stack, size, interpolation=cv2.INTER_AREA), np.float32)

    def _on_grid(self, channel: int, rect: Rect) -> Samples:
        """Samples of a plane on the grid; luma is averaged over its pixels of a grid sample."""
        sub_x, sub_y = self.layout.sub_x, self.layout.sub_y
        if channel > 0 or (sub_x == 1 and sub_y == 1):
            return self._planes[channel][rect.slices]
        pixels = self._hidden.pixel_rect(rect)
        luma: NDArray[Any] = self._planes[0][pixels.slices]
        missing = rect.height * sub_y - luma.shape[0], rect.width * sub_x - luma.shape[1]
        if any(missing):
            luma = np.pad(luma, ((0, missing[0]), (0, missing[1])), mode="edge")
        size = rect.width, rect.height
        return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), luma.dtype)

    def _distant(self, rect: Rect, step: tuple[int, int]) -> Field:
        """Background of the whole frame, brought to the cells of a neighbourhood.

        Used where masks leave next to nothing nearby; neutral grey where they leave nothing
        at all.
        """
        if self._far is None:
            self._far = self._coarse()
        far = self._far
        scale_x, scale_y = step[0] / far.step[0], step[1] / far.step[1]
        # Centres of cells onto centres of coarse cells.
        move_x = (rect.x1 - far.rect.x1) / far.step[0] + scale_x / 2 - 0.5
        move_y = (rect.y1 - far.rect.y1) / far.step[1] + scale_y / 2 - 0.5
        matrix = np.array([[scale_x, 0, move_x], [0, scale_y, move_y]], np.float64)
        size = rect.width // step[0], rect.height // step[1]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE
        return _with_channels(
            cv2.warpAffine(far.colour, matrix, size, flags=flags, borderMode=border)
        )

    def _coarse(self) -> Cells:
        """Fill of the whole frame from a sparse sample of its grid."""
        columns, rows = self._grid_size
        thin = 1 << max(0, math.ceil(math.log2(max(columns, rows) / 256)))
        visible = self._hidden.grid[::thin, ::thin] == 0
        height, width = visible.shape
        stack = np.zeros((height, width, self.layout.channels + 1), np.float32)
        sub_x, sub_y = self.layout.sub_x, self.layout.sub_y
        for channel in range(self.layout.channels):
            whole = channel > 0
            pick = (thin, thin) if whole else (thin * sub_y, thin * sub_x)
            sparse = self._planes[channel][:: pick[0], :: pick[1]]
            np.copyto(stack[..., channel], sparse, where=visible)
        stack[..., -1] = visible
        summed = _power_law(stack, levels=9)
        grey = np.full(self.layout.channels, (self.layout.top + 1) / 2, np.float32)
        colour = (summed[..., :-1] + 1e-9 * grey) / (summed[..., -1:] + 1e-9)
        return Cells(Rect(0, 0, width * thin, height * thin), (thin, thin), colour)


def _power_law(cells: Field, levels: int = LEVELS) -> Field:
    """Sum of Gaussian blurs of doubling width, each `FALLOFF` times as strong as the one before.

    Linear in the cells, applied to weighted colours and weights alike.
    """
    pyramid = [cells]
    while len(pyramid) < levels and min(pyramid[-1].shape[:2]) > 1:
        pyramid.append(np.asarray(cv2.pyrDown(pyramid[-1]), np.float32))
    total = pyramid.pop()
    while pyramid:
        finer = pyramid.pop()
        size = finer.shape[1], finer.shape[0]
        total = finer + np.float32(FALLOFF) * np.asarray(cv2.pyrUp(total, dstsize=size))
    return total


def _divided(colour: Field, weight: Field) -> Field:
    """Colours [h, w, channels] over weights [h, w]; one channel after the other, as numpy is slow
    along an axis of three."""
    out = np.empty(colour.shape, np.float32)
    for channel in range(colour.shape[2]):
        np.divide(colour[..., channel], weight, out=out[..., channel])
    return out


def _with_channels(array: NDArray[np.generic] | cv2.typing.MatLike) -> Field:
    """OpenCV drops the channel axis of one-channel images; put it back."""
    found = np.asarray(array, np.float32)
    return found if found.ndim == 3 else found[..., None]
