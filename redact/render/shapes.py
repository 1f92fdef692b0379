"""The shapes of masks, and which pixels and samples they cover.

Two areas belong to every mask:

* the *core* (`mask_of`): a face's or head's holds the ellipse in the margin box, a person's their
  silhouette and a margin around it or, where it is not known, the margin box with round corners,
  anything else's the whole margin box. Nothing of what a picture shows in
  the core, and no chroma sample computed from it, is ever used or kept.
* the *drawn area* (`drawn_area_of`): the core and a rim of at most `RIM` pixels around it, in which
  outside pixels are blended into the fill and chroma samples that reach into the core are
  replaced. Everything beyond it stays bit-identical.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..mask_size import SILHOUETTE_MARGIN, with_margin
from ..media import Colour, SourceInfo
from ..types import COLUMNS, ROWS, Box, Frame, Outline, Rect, Region, Silhouette
from ..words import problem

RIM = 8
"""Pixels around the core that may change. Room for a chroma sample that straddles the core's edge
(1 pixel in 4:2:0), for those that resampling reaches over (`hidden.FILTER_REACH`, 6 pixels), and
for the soft edge."""

FARTHEST = 1e7
"""Largest coordinate of a margin box, in pixels; beyond it arithmetic loses single pixels."""

ROUNDING = 0.3
"""Radius of round corners, share of the box's shorter side: a head and feet reach the ends
of the box near the middle, hands its sides far from the ends; a judgement."""

HALF_PIXEL = 0.5
"""A pixel that a box touches has its centre at most this far from the box."""

_HAIR = 1 + 1e-5
"""Times by which an outline is larger when it is asked which pixels lie in it: rounding must not
lose a pixel at the edge."""

_CELL = 16
"""Pixels along the side of the cells in which masks lie close together. Meaning: more than is drawn
around two of them."""

_OUTLINE_POINTS = 16
"""Points on an outline: enough to tell whether it lies in another."""

_CHORD = math.cos(math.pi / _OUTLINE_POINTS)
"""An ellipse larger by the inverse of this goes through the corners of the polygon of so many sides
around it."""

_FINE: Final = 8
"""Points of the grid on which a silhouette is grown, along the side of one of its cells."""

_HELD: Final = 51
"""Of 255, from which a pixel between the points of that grid is hidden: beside a cell it is a
quarter at least, at its corner, less what interpolation is off."""

Coordinates: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of one mask in upright pixels.

    Attributes:
        region: what is hidden.
        box: margin box, grown by half a pixel so that pixel *centres* inside the outline
            mean *whole* pixels of the margin box (of the ellipse in it) inside.
        half: half width and half height of the outline itself; it is centred on the box.
        grown: pixels around its cells that belong to a silhouette; it lies in the box.
    """

    region: Region
    box: Box
    half: tuple[float, float]
    grown: float = 0.0

    @property
    def size(self) -> float:
        """Larger side of the outline in pixels."""
        return 2 * max(self.half)

    @property
    def outline(self) -> Outline:
        return self.region.outline or self.region.target.spec.outline

    def radius(self, xs: Coordinates, ys: Coordinates) -> NDArray[np.float32]:
        """Distance from the centre as a share of the outline's, at the points ys × xs; of a
        silhouette, of that of its box.

        Args:
            xs: [w] and ys: [h], upright pixels, edges not centres (0.5 is the first centre).

        Returns:
            float32 [h, w]: 0 at the centre, at most 1 inside the outline, above 1 outside.
        """
        (cx, cy), (hx, hy) = self.box.centre, self.half
        across, down = np.abs(xs - cx), np.abs(ys - cy)
        if self.outline is Outline.ELLIPSE:
            x2, y2 = (across / hx) ** 2, (down / hy) ** 2
            return np.asarray(np.sqrt(x2[None, :] + y2[:, None]), np.float32)
        # Signed distance to the rectangle, scaled so that the outline is 1; with round corners, to
        # a smaller one, and from there on as far as they reach.
        bend = 2 * ROUNDING * min(hx, hy) if self.outline is Outline.ROUNDED else 0.0
        dx, dy = (across - hx + bend)[None, :], (down - hy + bend)[:, None]
        outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
        distance = outside + np.minimum(np.maximum(dx, dy), 0) - bend
        return np.asarray(1 + distance / min(hx, hy), np.float32)

    def holds(self, other: Shape) -> bool:
        """Whether all of another outline lies in this one; as both are convex, some points on it,
        a little outside, tell for all. What is not, a silhouette or a mask that spares a face, is
        never asked that much."""
        region = self.region
        if region.silhouette is not None or region.spared or region.opened:
            return False
        (cx, cy), (hx, hy) = other.box.centre, other.half
        around = np.linspace(0, 2 * np.pi, _OUTLINE_POINTS, endpoint=False) + np.pi / 4
        across, down = np.cos(around) / _CHORD, np.sin(around) / _CHORD
        if other.outline is not Outline.ELLIPSE:  # its box's corners, and so no less than it
            across, down = np.sign(across), np.sign(down)
        return bool((np.diag(self.radius(cx + hx * across, cy + hy * down)) <= 1).all())

    def rect(self, width: int, height: int, rim: int = 0) -> Rect:
        """Smallest rectangle around the outline and `rim` more pixels, cut at the picture.

        Empty (x2 <= x1 or y2 <= y1) where the shape lies outside the picture.
        """
        (cx, cy), (hx, hy) = self.box.centre, self.half
        return Rect(
            max(0, math.floor(cx - hx) - rim),
            max(0, math.floor(cy - hy) - rim),
            min(width, math.ceil(cx + hx) + rim),
            min(height, math.ceil(cy + hy) + rim),
        )

    def fill_core(self, core: NDArray[np.uint8]) -> None:
        """Set the pixels of the core in `core` (uint8 [H, W]) to 255."""
        height, width = core.shape
        rect = self.rect(width, height)
        if not rect.holds_any:
            return
        xs = np.arange(rect.x1, rect.x2) + 0.5
        ys = np.arange(rect.y1, rect.y2) + 0.5
        if self.region.silhouette is not None:
            inside = self._of_silhouette(self.region.silhouette, rect)
        elif self.outline is Outline.ELLIPSE:  # as below, without roots: a crowd has many
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
        """Pixels of a rectangle that lie in the same mask without a margin."""
        here = replace(self.region.moved(-rect.x1, -rect.y1), spared=(), opened=(), margin=None)
        return core_of([shape_of(here, 0.0)], rect.width, rect.height) > 0

    def _of_silhouette(self, silhouette: Silhouette, rect: Rect) -> NDArray[np.bool_]:
        """Pixels of a rectangle that lie on a silhouette's cells, or not farther than `grown`."""
        x1, y1, x2, y2 = self.region.box
        x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        step = (max(x2 - x1, 1e-3) / COLUMNS / _FINE, max(y2 - y1, 1e-3) / ROWS / _FINE)
        reach = math.ceil(self.grown / step[0]), math.ceil(self.grown / step[1])
        # Of a box of next to no width, more than all of it would be a wall.
        reach = min(reach[0], COLUMNS * _FINE), min(reach[1], ROWS * _FINE)
        fine = _grown(silhouette, *reach)
        # From the centre of a pixel to the points of the grid, which lie between its samples.
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
    """[h, w] whether points lie in the ellipse in any of these boxes."""
    found = np.zeros((len(ys), len(xs)), np.bool_)
    for box in boxes:
        (cx, cy), hx, hy = box.centre, max(box.width / 2, 1e-3), max(box.height / 2, 1e-3)
        found |= ((xs - cx) / hx)[None, :] ** 2 + ((ys - cy) / hy)[:, None] ** 2 <= 1
    return found


_IN_CELL: Final = 78
"""Of 255, what a point of a cell has at least, where the cells around it are empty: .56 squared."""

_EDGE: Final = 1
"""Empty points around a silhouette's grid, so that its edge is as soft there as elsewhere."""


@lru_cache(256)
def _grown(silhouette: Silhouette, across: int, down: int) -> NDArray[np.uint8]:
    """A silhouette's cells scaled to `_FINE` points a side, smoothed, and grown by an ellipse of
    this many points: uint8, 255 inside, with a border for the growth and `_EDGE`."""
    cells: NDArray[np.uint8] = np.pad(silhouette.cells, 1).astype(np.uint8) * np.uint8(255)
    size = cells.shape[1] * _FINE, cells.shape[0] * _FINE
    # Between the middles of cells; so much is reached by every point of one, and by few beyond.
    smooth = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR) >= _IN_CELL
    fine: NDArray[np.uint8] = smooth.astype(np.uint8)[_FINE:-_FINE, _FINE:-_FINE] * np.uint8(255)
    # Filled wherever a ball does not fit in: what was hidden stays hidden, and steps are gone.
    ball = _ellipse(_BALL // 2, _BALL // 2)
    closed = cv2.morphologyEx(np.pad(fine, _BALL), cv2.MORPH_CLOSE, ball)
    fine = np.asarray(closed, np.uint8)[_BALL:-_BALL, _BALL:-_BALL]
    fine = np.pad(fine, ((down + _EDGE,) * 2, (across + _EDGE,) * 2))
    return np.asarray(cv2.dilate(fine, _ellipse(across, down)), np.uint8)


def _ellipse(across: int, down: int) -> NDArray[np.uint8]:
    """An elliptic kernel that reaches the given numbers of points to the side, up and down."""
    size = 2 * across + 1, 2 * down + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), np.uint8)


_BALL: Final = 5 * _FINE // 2
"""Diameter of the ball, points: steps of one cell are gone, and a gap of three, as between an arm
and the trunk, stays."""


def shape_of(region: Region, margin: float) -> Shape:
    """The mask of one region.

    Args:
        region: what is hidden; a box whose edges are swapped is put in order.
        margin: added to every side of the box, share of its width or height, unless the region has
            one of its own.

    Raises:
        UnsafeError: if the box is not finite or absurdly large: it cannot be hidden, so the
            run must stop.
    """
    margin = margin if region.margin is None else region.margin
    x1, x2 = sorted((region.box.x1, region.box.x2))
    y1, y2 = sorted((region.box.y1, region.box.y2))
    grown = with_margin(Box(x1, y1, x2, y2), margin, region.target)
    half = HALF_PIXEL
    # `max` takes 0 instead of a margin that is no number, so the margin is looked at by itself.
    if not all(map(math.isfinite, (*grown, margin))) or max(map(abs, grown)) > FARTHEST:
        raise problem(UnsafeError, "box_undrawn", track=region.track, box=tuple(region.box))
    if region.silhouette is not None:
        beyond = SILHOUETTE_MARGIN * max(0.0, margin) * min(x2 - x1, y2 - y1) + half
        box = Box(x1 - beyond, y1 - beyond, x2 + beyond, y2 + beyond)
        return Shape(region, box, (box.width / 2, box.height / 2), beyond)
    box = Box(grown.x1 - half, grown.y1 - half, grown.x2 + half, grown.y2 + half)
    # A head is an ellipse in its box; the corners of the box show what is behind it.
    return Shape(region, box, (box.width / 2, box.height / 2))


def groups_of(shapes: Sequence[Shape], width: int, height: int) -> list[tuple[Rect, list[Shape]]]:
    """Masks that lie close together, and the rectangle of pixels that holds all that is drawn for
    them; what lies between far ones need not be touched."""
    columns, rows = -(-width // _CELL), -(-height // _CELL)
    near = np.zeros((rows, columns), np.uint8)
    rects = [shape.rect(width, height).grown(RIM, RIM, width, height) for shape in shapes]
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
    """Union of the masks' cores: bool [height, width], True where nothing of the source stays.

    Contains every pixel of a plate's or region's box plus margin, of a face's or head's the ellipse
    in it, and of a person's all but its round corners. Raises UnsafeError for a box that is not
    finite.
    """
    return core_of([shape_of(r, margin) for r in regions], width, height) > 0


def free_share(shown: Region, regions: Sequence[Region], margin: float) -> float:
    """Share of what is shown that no mask covers, 0 to 1, by the pixels of the finished masks.

    Args:
        shown: the face (the ellipse in its box), or whatever else it is.
        regions: what is hidden in the same frame.
        margin: of the masks.
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
    """Every pixel that may differ from the source: the core and `RIM` pixels around it.

    bool [height, width]. A chroma sample counts as inside where any of its pixels is.
    """
    core = core_of([shape_of(r, margin) for r in regions], width, height)
    return cv2.dilate(core, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) > 0


def mask_info(info: SourceInfo) -> SourceInfo:
    """The source as a `VideoWriter` must know it that writes its masks: 8-bit grey, full range.

    Size, times and pixel shape stay. The source's depth, colours and HDR metadata say nothing
    about masks: with them white would be 1020 of 1023, or grey in a player that maps PQ.
    """
    video = replace(
        info.video,
        pixel_format="gray",
        colour=Colour(range="pc"),
        mastering=None,
        content_light=None,
    )
    return replace(info, video=video)


def mask_frame(frame: Frame, regions: list[Region], margin: float) -> Frame:
    """A grey frame of the same size and time: 255 in the masks (`mask_of`), 0 elsewhere.

    Holds nothing of the frame's picture. Raises UnsafeError for a box that is not finite.
    """
    width, height = frame.size
    mask = mask_of(regions, width, height, margin)
    picture = av.VideoFrame.from_ndarray(mask.astype(np.uint8) * np.uint8(255), format="gray")
    picture.color_range = 2
    picture.pts, picture.time_base = frame.picture.pts, frame.picture.time_base
    return replace(frame, picture=picture)
