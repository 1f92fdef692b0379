"""The shapes of masks, and which pixels and samples they cover.

Two areas belong to every mask:

* the *core* (`mask_of`): for a face or head, the ellipse in the margin box (the box plus margin);
  for a person, the silhouette plus margin or, if it is unknown, the margin box with round corners;
  for everything else, the whole margin box. Nothing that a picture shows in the core, and no chroma
  sample computed from it, is ever used or kept.
* the *drawn area* (`drawn_area_of`): the core and a rim of up to `rim_of` pixels around it. In the
  rim, outside pixels are blended into the fill, and chroma samples that depend on the core are
  replaced. Everything beyond it stays bit-identical.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..mask_size import SILHOUETTE_MARGIN, with_margin
from ..types import COLUMNS, ROWS, Box, Outline, Rect, Region, Silhouette
from ..words import problem


def rim_of(blocks: tuple[int, int] = (2, 2)) -> int:
    """Pixels around the core that may change: enough for a chroma sample that straddles the core's
    edge (1 pixel in 4:2:0), for the reach of resampling (`hidden.filter_reach`), and for the soft
    edge.

    Args:
        blocks: see `Frame`. Those of nearly all videos are 2 by 2.
    """
    return 4 * max(blocks)


FARTHEST = 1e7
"""Largest coordinate of a margin box, in pixels; beyond it, float arithmetic loses pixels."""

ROUNDING = 0.3
"""Radius of round corners as a share of the box's shorter side (a judgement): a head and feet touch
the box near the middle of its ends, hands touch its sides far from the ends."""

HALF_PIXEL = 0.5
"""Largest distance from a box to the centre of a pixel that it touches."""

_HAIR = 1 + 1e-5
"""Factor that enlarges an outline before pixels are tested, so that rounding loses none at its
edge."""

_CELL = 16
"""Side, in pixels, of the cells that group masks: more than is drawn around two of them."""

_OUTLINE_POINTS = 16
"""Number of points on an outline that decide whether it lies within another."""

_CHORD = math.cos(math.pi / _OUTLINE_POINTS)
"""Enlarging an ellipse by the inverse of this encloses it in the polygon through those points."""

_FINE: Final = 8
"""Points per side of a silhouette's cell, in the grid on which the silhouette is grown."""

_HELD: Final = 51
"""Value, of 255, from which an interpolated pixel of that grid is hidden: beside a marked point it
is at least a quarter (at the corner), less the error of interpolation."""

Coordinates: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of one mask in upright pixels.

    Attributes:
        region: the region to hide.
        box: margin box, enlarged by half a pixel: if the *centre* of a pixel is tested against the
            outline, every pixel that *touches* the margin box (or the ellipse in it) passes.
        half: half width and half height of the outline, which is centred on the box.
        grown: pixels by which a silhouette is enlarged; it stays within the box.
    """

    region: Region
    box: Box
    half: tuple[float, float]
    grown: float = 0.0

    @property
    def size(self) -> float:
        """Larger side of the outline, in pixels."""
        return 2 * max(self.half)

    @property
    def outline(self) -> Outline:
        return self.region.outline or self.region.target.spec.outline

    def radius(self, xs: Coordinates, ys: Coordinates) -> NDArray[np.float32]:
        """Relative distance of the points ys × xs from the centre: 1 on the outline (for a
        silhouette, on that of its box).

        Args:
            xs, ys: [w] and [h], in upright pixels, where 0.5 is the centre of the first pixel.

        Returns:
            float32 [h, w]: at most 1 inside the outline, above 1 outside.
        """
        (cx, cy), (hx, hy) = self.box.centre, self.half
        across, down = np.abs(xs - cx), np.abs(ys - cy)
        if self.outline is Outline.ELLIPSE:
            x2, y2 = (across / hx) ** 2, (down / hy) ** 2
            return np.asarray(np.sqrt(x2[None, :] + y2[:, None]), np.float32)
        # Signed distance to the rectangle (with round corners: to one smaller by their radius, less
        # that radius), scaled so that it is 1 on the outline.
        bend = 2 * ROUNDING * min(hx, hy) if self.outline is Outline.ROUNDED else 0.0
        dx, dy = (across - hx + bend)[None, :], (down - hy + bend)[:, None]
        outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
        distance = outside + np.minimum(np.maximum(dx, dy), 0) - bend
        return np.asarray(1 + distance / min(hx, hy), np.float32)

    def holds(self, other: Shape) -> bool:
        """Whether another outline lies within this one. Both are convex, so testing some points
        just outside the other is enough. False if this shape is not convex: a silhouette, or a mask
        that spares a face."""
        region = self.region
        if region.silhouette is not None or region.spared or region.opened:
            return False
        (cx, cy), (hx, hy) = other.box.centre, other.half
        around = np.linspace(0, 2 * np.pi, _OUTLINE_POINTS, endpoint=False) + np.pi / 4
        across, down = np.cos(around) / _CHORD, np.sin(around) / _CHORD
        if other.outline is not Outline.ELLIPSE:  # test the corners of its box, which contains it
            across, down = np.sign(across), np.sign(down)
        return bool((np.diag(self.radius(cx + hx * across, cy + hy * down)) <= 1).all())

    def rect(self, width: int, height: int, rim: int = 0) -> Rect:
        """Smallest rectangle around the outline plus `rim` pixels, clipped to a picture of `width`
        × `height`; empty (x2 <= x1 or y2 <= y1) if the shape lies outside the picture."""
        (cx, cy), (hx, hy) = self.box.centre, self.half
        return Rect(
            max(0, math.floor(cx - hx) - rim),
            max(0, math.floor(cy - hy) - rim),
            min(width, math.ceil(cx + hx) + rim),
            min(height, math.ceil(cy + hy) + rim),
        )

    def fill_core(self, core: NDArray[np.uint8]) -> None:
        """Set the pixels of this mask's core in `core` (uint8 [H, W]) to 255."""
        height, width = core.shape
        rect = self.rect(width, height)
        if not rect.holds_any:
            return
        xs = np.arange(rect.x1, rect.x2) + 0.5
        ys = np.arange(rect.y1, rect.y2) + 0.5
        if self.region.silhouette is not None:
            inside = self._of_silhouette(self.region.silhouette, rect)
        elif self.outline is Outline.ELLIPSE:  # as `radius`, but without roots: crowds have many
            (cx, cy), (hx, hy) = self.box.centre, self.half
            x2, y2 = ((xs - cx) / (hx * _HAIR)) ** 2, ((ys - cy) / (hy * _HAIR)) ** 2
            inside = x2[None, :] <= (1 - y2)[:, None]
        else:
            inside = self.radius(xs, ys) <= _HAIR
        if self.region.spared:
            inside &= ~_on_any(self.region.spared, xs, ys) | self._own(rect)
        if self.region.opened:
            inside &= ~_on_any(self.region.opened, xs, ys)
        core[rect.slices] |= inside.view(np.uint8) * np.uint8(255)

    def _own(self, rect: Rect) -> NDArray[np.bool_]:
        """Pixels of a rectangle that lie in this mask without its margin: bool [h, w]."""
        here = replace(self.region.moved(-rect.x1, -rect.y1), spared=(), opened=(), margin=None)
        return core_of([shape_of(here, 0.0)], rect.width, rect.height) > 0

    def _of_silhouette(self, silhouette: Silhouette, rect: Rect) -> NDArray[np.bool_]:
        """Pixels of a rectangle on a silhouette's cells or at most `grown` away: bool [h, w]."""
        x1, y1, x2, y2 = self.region.box
        x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        step = (max(x2 - x1, 1e-3) / COLUMNS / _FINE, max(y2 - y1, 1e-3) / ROWS / _FINE)
        reach = math.ceil(self.grown / step[0]), math.ceil(self.grown / step[1])
        # A very narrow box must not grow by more than its own size.
        reach = min(reach[0], COLUMNS * _FINE), min(reach[1], ROWS * _FINE)
        fine = _grown(silhouette, *reach)
        # Maps the centre of a pixel to coordinates of the fine grid.
        move = np.array(
            [
                [1 / step[0], 0, (rect.x1 + 0.5 - x1) / step[0] + reach[0] + _EDGE - 0.5],
                [0, 1 / step[1], (rect.y1 + 0.5 - y1) / step[1] + reach[1] + _EDGE - 0.5],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = rect.width, rect.height
        return np.asarray(cv2.warpAffine(fine, move, size, flags=flags) >= _HELD)


def _on_any(boxes: Sequence[Box], xs: Coordinates, ys: Coordinates) -> NDArray[np.bool_]:
    """Whether the points ys × xs lie in the ellipse inscribed in any of the boxes: bool [h, w]."""
    found = np.zeros((len(ys), len(xs)), np.bool_)
    for box in boxes:
        (cx, cy), hx, hy = box.centre, max(box.width / 2, 1e-3), max(box.height / 2, 1e-3)
        found |= ((xs - cx) / hx)[None, :] ** 2 + ((ys - cy) / hy)[:, None] ** 2 <= 1
    return found


_IN_CELL: Final = 78
"""Least interpolated value, of 255, of a point in a cell whose neighbours are empty: .56²."""

_EDGE: Final = 1
"""Empty points around the fine grid, so that interpolation treats its border like any edge."""


@lru_cache(256)
def _grown(silhouette: Silhouette, across: int, down: int) -> NDArray[np.uint8]:
    """Scale a silhouette's cells to `_FINE` points per side, smooth them, and dilate them by an
    ellipse of `across` × `down` points: uint8, 255 inside, with a border for the growth and
    `_EDGE`."""
    cells: NDArray[np.uint8] = np.pad(silhouette.cells, 1).astype(np.uint8) * np.uint8(255)
    size = cells.shape[1] * _FINE, cells.shape[0] * _FINE
    # Interpolate between the centres of cells; every point of a cell passes, and few beyond.
    smooth = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR) >= _IN_CELL
    fine: NDArray[np.uint8] = smooth.astype(np.uint8)[_FINE:-_FINE, _FINE:-_FINE] * np.uint8(255)
    # Closing fills every notch that a ball does not fit into, and uncovers nothing.
    ball = _ellipse(_BALL // 2, _BALL // 2)
    closed = cv2.morphologyEx(np.pad(fine, _BALL), cv2.MORPH_CLOSE, ball)
    fine = np.asarray(closed, np.uint8)[_BALL:-_BALL, _BALL:-_BALL]
    fine = np.pad(fine, ((down + _EDGE,) * 2, (across + _EDGE,) * 2))
    return np.asarray(cv2.dilate(fine, _ellipse(across, down)), np.uint8)


def _ellipse(across: int, down: int) -> NDArray[np.uint8]:
    """Elliptic kernel that extends `across` points to each side, and `down` up and down."""
    size = 2 * across + 1, 2 * down + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), np.uint8)


_BALL: Final = 5 * _FINE // 2
"""Diameter of the ball, in points: it smooths steps of one cell, and keeps gaps of three, such as
between an arm and the trunk."""


def shape_of(region: Region, margin: float) -> Shape:
    """The mask of one region.

    Args:
        region: to be hidden; its box may have swapped edges.
        margin: share of the box's width or height that is added to each side, unless the region
            has its own margin.

    Raises:
        UnsafeError: the box is not finite, or absurdly large. It cannot be hidden, so the run must
            stop.
    """
    margin = margin if region.margin is None else region.margin
    x1, x2 = sorted((region.box.x1, region.box.x2))
    y1, y2 = sorted((region.box.y1, region.box.y2))
    grown = with_margin(Box(x1, y1, x2, y2), margin, region.target)
    half = HALF_PIXEL
    # Check the margin too: `max` in `with_margin` would turn NaN into 0.
    if not all(map(math.isfinite, (*grown, margin))) or max(map(abs, grown)) > FARTHEST:
        raise problem(UnsafeError, "box_undrawn", track=region.track, box=tuple(region.box))
    if region.silhouette is not None:
        beyond = SILHOUETTE_MARGIN * max(0.0, margin) * min(x2 - x1, y2 - y1) + half
        box = Box(x1 - beyond, y1 - beyond, x2 + beyond, y2 + beyond)
        return Shape(region, box, (box.width / 2, box.height / 2), beyond)
    box = Box(grown.x1 - half, grown.y1 - half, grown.x2 + half, grown.y2 + half)
    return Shape(region, box, (box.width / 2, box.height / 2))


def groups_of(
    shapes: Sequence[Shape], width: int, height: int, rim: int
) -> list[tuple[Rect, list[Shape]]]:
    """Group masks that lie close together, each group with the rectangle of pixels around all that
    is drawn for it. So the space between distant masks need not be processed."""
    columns, rows = -(-width // _CELL), -(-height // _CELL)
    near = np.zeros((rows, columns), np.uint8)
    rects = [shape.rect(width, height).grown(rim, rim, width, height) for shape in shapes]
    for x1, y1, x2, y2 in rects:
        near[y1 // _CELL : -(-y2 // _CELL), x1 // _CELL : -(-x2 // _CELL)] = 1
    _, labels, stats, _ = cv2.connectedComponentsWithStats(near)
    groups: list[tuple[Rect, list[Shape]]] = [
        (Rect(x, y, min(x + w, width), min(y + h, height)), [])
        for x, y, w, h in (stats[1:, :4] * _CELL).tolist()
    ]
    for shape, rect in zip(shapes, rects, strict=True):
        groups[labels[rect.y1 // _CELL, rect.x1 // _CELL] - 1][1].append(shape)
    return groups


def core_of(shapes: Sequence[Shape], width: int, height: int) -> NDArray[np.uint8]:
    """Union of the cores: uint8 [height, width], 255 inside, 0 outside."""
    core = np.zeros((height, width), np.uint8)
    for shape in shapes:
        shape.fill_core(core)
    return core


def mask_of(regions: Sequence[Region], width: int, height: int, margin: float) -> NDArray[np.bool_]:
    """Union of the masks' cores: bool [height, width], True where nothing of the source remains.

    Args:
        regions: to be hidden.
        width, height: of the picture, in pixels.
        margin: see `shape_of`.

    Raises:
        UnsafeError: see `shape_of`.
    """
    return core_of([shape_of(r, margin) for r in regions], width, height) > 0


def visible_share(shown: Region, regions: Sequence[Region], margin: float) -> float:
    """Share, 0 to 1, of a region's pixels that no mask covers.

    Args:
        shown: the region that should stay visible; for a face, the ellipse in its box counts.
        regions: hidden in the same frame.
        margin: see `shape_of`.
    """
    whole = shape_of(replace(shown, silhouette=None), 0.0)
    x, y = math.floor(whole.box.x1), math.floor(whole.box.y1)
    width, height = math.ceil(whole.box.x2) - x, math.ceil(whole.box.y2) - y
    mine = mask_of([shown.moved(-x, -y)], width, height, 0.0)
    near = [region.moved(-x, -y) for region in regions]
    return float(1 - (mask_of(near, width, height, margin) & mine).sum() / max(1, mine.sum()))


def drawn_area_of(
    regions: Sequence[Region], width: int, height: int, margin: float
) -> NDArray[np.bool_]:
    """Every pixel that may differ from the source, bool [height, width]: the core and `rim_of()`
    pixels around it. A chroma sample may differ if any of its pixels may. Arguments as for
    `mask_of`."""
    core = core_of([shape_of(r, margin) for r in regions], width, height)
    return cv2.dilate(core, np.ones((2 * rim_of() + 1, 2 * rim_of() + 1), np.uint8)) > 0
