"""Finds out whether a mask was drawn: if it was not, the source's own detail shows.

In each cell of a mask, the best-fitting plane is subtracted from source and output, because any
smooth fill could match that; then the rests are correlated. So this tests for *detail*: a fill that
happens to have the right colour is not mistaken for the source, and a leak is found even if the
codec has removed its finest texture.

Luma and chroma are tested separately: a face whose luma is hidden may be recognised by its colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isclose
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Box, Region
from .limits import DETAIL, TEXTURE
from .planes import Both, Plane

COLOUR_TEXTURE: Final = 0.5
"""As `TEXTURE`, for chroma (`lab.audit.pixels`)."""

MASK_CELLS: Final = 4
"""Rows and columns of cells in which a mask is judged. It counts as not drawn if as many cells as
one row has show the source: half a visible face is a leak, too."""

FEWEST_PIXELS: Final = 4
"""Least pixels along a cell: in smaller ones, a plane explains nearly everything. For chroma, whose
samples may each cover two pixels, twice as many."""


class CellsAlike(NamedTuple):
    """Numbers of a mask's cells that show the source, and of those with enough detail to judge."""

    same: int
    telling: int

    def mask_missing(self) -> bool:
        """Whether too many cells show the source for a mask that was drawn."""
        return self.same >= MASK_CELLS


def not_drawn(both: Both, region: Region) -> bool:
    """Whether the output shows the source in a region.

    Args:
        both: source and output of one frame.
        region: that should be hidden.
    """
    luma, colour = shows_source(*both.luma, region), shows_colour(both, region)
    return luma.mask_missing() or colour.mask_missing()


def shows_source(source: Plane, output: Plane, region: Region) -> CellsAlike:
    """Count the cells in which the output's luma shows the source's detail.

    A box less than 8 pixels high or wide gets one row or column of cells.

    Args:
        source, output: luma of one frame.
        region: that should be hidden.
    """
    return _cells_alike([(source, output)], region, (1, 1), TEXTURE, FEWEST_PIXELS)


def shows_colour(both: Both, region: Region) -> CellsAlike:
    """`shows_source` for chroma, U and V together."""
    step = both.right, both.down
    return _cells_alike(both.chroma, region, step, COLOUR_TEXTURE, 2 * FEWEST_PIXELS)


def _cells_alike(
    pairs: Sequence[tuple[Plane, Plane]],
    region: Region,
    step: tuple[int, int],
    texture: float,
    fewest: int,
) -> CellsAlike:
    """Count the cells that show the source's detail, all planes together.

    Args:
        pairs: planes of source and output.
        region: that should be hidden.
        step: pixels per sample, across and down.
        texture: least standard deviation of a cell that can be judged.
        fewest: least pixels along a cell.
    """
    if not pairs:
        return CellsAlike(0, 0)
    height, width = pairs[0][0].shape
    box, (right, down) = region.box, step
    least_x, least_y = fewest // right, fewest // down
    x1, y1 = max(0, int(box.x1 / right)), max(0, int(box.y1 / down))
    x2, y2 = min(width, int(np.ceil(box.x2 / right))), min(height, int(np.ceil(box.y2 / down)))
    # Finer cells, because an arm or a trunk seldom fills a quarter of a box.
    most = MASK_CELLS if region.silhouette is None else 2 * MASK_CELLS
    columns, rows = min(most, (x2 - x1) // least_x), min(most, (y2 - y1) // least_y)
    if columns < 1 or rows < 1 or columns * rows < most:
        return CellsAlike(0, 0)
    size = (
        min((x2 - x1) // columns, 3 * FEWEST_PIXELS) * columns,
        min((y2 - y1) // rows, 3 * FEWEST_PIXELS) * rows,
    )
    # Area scaling also averages codec noise away.
    part = slice(y1, y2), slice(x1, x2)
    pixels = Box(x1 * right, y1 * down, x2 * right, y2 * down)
    a = np.hstack([_detail(source[part], size, rows, columns) for source, _ in pairs])
    aa = (a * a).mean(axis=1)
    telling = (aa >= texture**2) & _inside(rows, columns, region, pixels)
    if not telling.any():
        return CellsAlike(0, 0)
    b = np.hstack([_detail(output[part], size, rows, columns) for _, output in pairs])
    bb, ab = (b * b).mean(axis=1), (a * b).mean(axis=1)
    match = ab / np.sqrt(np.maximum(aa * bb, 1e-6))
    same = telling & (match >= DETAIL)
    return CellsAlike(int(same.sum()), int(telling.sum()))


def _inside(rows: int, columns: int, region: Region, part: Box) -> NDArray[np.bool_]:
    """The cells that the mask should cover, bool [rows·columns]: without the corners of an ellipse,
    cells beside a silhouette, and cells on a face that the mask leaves open.

    Args:
        rows, columns: of cells.
        region: that should be hidden.
        part: the part of its box that is divided into cells, in upright pixels.
    """
    x, y = part.width / columns, part.height / rows
    lefts, tops = part.x1 + x * np.arange(columns), part.y1 + y * np.arange(rows)
    places = [Box(left, top, left + x, top + y) for top in tops for left in lefts]
    closed: NDArray[np.bool_] = np.array(
        [not any(at.common(face) for face in region.opened) for at in places]
    )
    if region.silhouette is not None:
        whole = [isclose(region.common(at), at.area, rel_tol=1e-3) for at in places]
        return closed & whole
    cells = closed.reshape(rows, columns)
    if region.target.spec.round and min(rows, columns) >= 3:
        cells[[0, 0, -1, -1], [0, -1, 0, -1]] = False
    return cells.ravel()


def _detail(
    patch: NDArray[np.uint8], size: tuple[int, int], rows: int, columns: int
) -> NDArray[np.float32]:
    """The cells, each less its best-fitting plane: float32 [rows·columns, pixels of a cell]."""
    small = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.float32)
    shape = rows, size[1] // rows, columns, size[0] // columns
    cells = small.reshape(shape).transpose(0, 2, 1, 3).reshape(rows * columns, -1)
    plane = _planes(shape[1], shape[3])
    return np.asarray(cells - (cells @ plane.T) @ plane, np.float32)


@cache
def _planes(height: int, width: int) -> NDArray[np.float32]:
    """An orthonormal basis of all planes over a cell: float32 [3, height·width]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    # On a full grid these three are orthogonal.
    plane = np.stack([np.ones(height * width), x.ravel() - x.mean(), y.ravel() - y.mean()])
    plane /= np.maximum(np.linalg.norm(plane, axis=1, keepdims=True), 1e-6)
    return plane.astype(np.float32)
