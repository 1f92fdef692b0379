"""The sealed fill: a smooth continuation of the surroundings over a masked area.

The value at a masked point is a weighted mean of the samples outside ALL masks. The weights fall
with distance as a power law, so the fill matches its surroundings at the edge and becomes smoother
towards the middle. The power law is approximated by a sum of Gaussians of doubling width, as in
"Convolution Pyramids" (Farbman, Fattal, Lischinski, SIGGRAPH Asia 2011): weighted colours and
weights go down a Gaussian pyramid and up again, each level `FALLOFF` times as strong as the next
finer one, and are divided once at the end. Masked samples have weight zero throughout, so they
cannot influence any result.

The pyramid's cells are fixed to the picture, not to the object, so that a fill does not flicker
when its mask moves over a still background.

Fills are computed on the *grid*, the chroma samples of the picture (for grey, its pixels).
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
"""Fewest cells along the larger side of a mask; there are up to twice as many."""

LEVELS = 6
"""Levels of the pyramid: 2^LEVELS cells span the largest mask."""

FALLOFF = 0.4
"""Strength of a level of the pyramid relative to the next finer one."""

SURROUNDINGS_REACH = 0.7
"""How far around a mask its surroundings extend, as a share of its larger side."""

DISTANT = 1e-3
"""Weight of the distant background relative to fully visible surroundings."""

ALIGNED_CELLS = 4
"""Cells to whose multiples the surroundings are aligned, so that the coarser levels do not crawl
when a mask moves."""

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cells:
    """Fill of a mask's neighbourhood at the resolution of cells.

    Attributes:
        rect: the neighbourhood, in grid samples; may exceed the right and bottom borders of the
            picture by less than a cell.
        step: (columns, rows) of grid samples per cell.
        colour: float32 [rows, columns, channels] in sample values.
    """

    rect: Rect
    step: tuple[int, int]
    colour: Field

    def at(self, rect: Rect) -> Field:
        """Interpolate the fill on the grid: float32 [h, w, channels], for a rectangle of grid
        samples inside the neighbourhood."""
        step_x, step_y = self.step
        rows, columns = self.colour.shape[:2]
        # Interpolation needs another cell on each side.
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
    """The visible samples of one frame, and the fills computed from them.

    Args:
        planes: of the picture, before anything is drawn.
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
            grid: the mask's drawn area, in grid samples, inside the picture.
            size: larger side of the mask, in pixels; determines how coarse the fill is.
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
            # The distant background would change it by less than half a grey level.
            return Cells(rect, step, _divided(colour, weight))
        far = self._distant(rect, step)
        return Cells(rect, step, _divided(colour + prior * far, weight + prior))

    def _step(self, pixels: float) -> tuple[int, int]:
        """Grid samples per cell (across, down) for cells of at most `pixels` pixels; powers of
        two."""
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
        # Whole cells at the border, whole blocks of cells farther inside.
        x2 = min(-(-wide.x2 // block_x) * block_x, -(-columns // step_x) * step_x)
        y2 = min(-(-wide.y2 // block_y) * block_y, -(-rows // step_y) * step_y)
        return Rect(x1, y1, x2, y2)

    @property
    def _grid_size(self) -> tuple[int, int]:
        return self.layout.grid_size(self._hidden.width, self._hidden.height)

    def _cells(self, rect: Rect, step: tuple[int, int]) -> Field:
        """Mean over every cell of a rectangle of colour × visibility, and of visibility (last
        channel): float32 [rows, columns, channels + 1]. Beyond the picture nothing is visible."""
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
        """Samples of a plane on the grid; luma is averaged over the pixels of a grid sample."""
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
        """Background of the whole frame, resampled to the cells of a neighbourhood.

        It fills masks whose surroundings are masked too; it is neutral grey if nothing of the
        frame is visible.
        """
        if self._far is None:
            self._far = self._coarse()
        far = self._far
        scale_x, scale_y = step[0] / far.step[0], step[1] / far.step[1]
        # Maps centres of cells to centres of coarse cells.
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
        """Fill of the whole frame, from a sparse sample of its grid."""
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

    It is linear, and applied to weighted colours and to weights alike.
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
    """Divide colours [h, w, channels] by weights [h, w], channel by channel, as NumPy is slow along
    an axis of three."""
    out = np.empty(colour.shape, np.float32)
    for channel in range(colour.shape[2]):
        np.divide(colour[..., channel], weight, out=out[..., channel])
    return out


def _with_channels(array: NDArray[np.generic] | cv2.typing.MatLike) -> Field:
    """Restore the channel axis, which OpenCV drops from images with one channel."""
    found = np.asarray(array, np.float32)
    return found if found.ndim == 3 else found[..., None]
