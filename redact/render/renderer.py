"""Draws masks on decoded frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..media import Layout
from ..settings import RenderSettings, Style
from ..types import Frame, Rect, Region
from .hidden import Hidden, soft_radius
from .samples import Samples
from .shapes import Shape, shape_of
from .stamp import check_stamp, write_stamp
from .styles import Canvas, MaskStyle, load_style
from .styles.solid import Solid
from .surroundings import Field

EDGE_WEIGHT = 0.02
"""Weight of a mask at its own edge, where masks overlap; it is 1 at the centre."""

FADING = 12
"""Power of the distance with which that weight falls beyond the edge: almost nothing remains in
the corners around a face's ellipse, so that its rectangle does not show in a mask behind it."""

Paint = Callable[[Canvas, Shape, Rect], Field]

Patch = tuple[int, Rect, Samples]
"""Index of a plane, rectangle in it, and new samples."""


class Renderer:
    """Hides regions so that the picture contains nothing of what the masks cover.

    Everything drawn is computed from samples outside the union of all masks of the frame (see
    `Hidden`), from the masks' positions and from the settings. Use one renderer per clip and give
    it the frames in order: the mosaic's lattice follows each track.

    Args:
        settings: style, margin, colour, label, stamp.

    Raises:
        UsageError: the label, the colour or the stamp cannot be drawn.
    """

    def __init__(self, settings: RenderSettings) -> None:
        self._margin = settings.margin
        self._stamp = settings.stamp
        if self._stamp is not None:
            check_stamp(self._stamp)
        self._style: MaskStyle = load_style(settings)
        self._trusted = isinstance(settings.style, Style)

    @property
    def labelled(self) -> tuple[int, int] | None:
        """Number of tracks on which a label was written so far, and of those that should have one;
        None if no label was asked for, or nothing was drawn."""
        style = self._style
        if not isinstance(style, Solid) or not style.asked:
            return None
        return len(style.labelled), len(style.asked)

    def draw(self, frame: Frame, regions: list[Region]) -> Frame:
        """Hide `regions` in a frame, stamp it, and return the frame to use.

        It draws into the picture's own planes if nothing else refers to them, else into a copy: a
        decoder predicts later pictures from earlier ones, and drawing on those would spoil them.
        Either way `frame.picture` shows the masks afterwards.

        Args:
            frame: upright, in a working format (`redact.media.WORKING`).
            regions: with boxes in upright pixels; those outside the picture are ignored.

        Raises:
            UnsafeError: the pixel format cannot be drawn on, or a box is not finite.
        """
        picture = frame.picture
        shapes = [shape_of(region, self._margin) for region in regions]
        shapes = [s for s in shapes if s.rect(picture.width, picture.height).holds_any]
        if not shapes and self._stamp is None:
            return frame
        canvas = Canvas.of(picture, shapes, frame.blocks)
        if shapes:
            if not self._style.soft:
                _colour_beside(canvas)
            if isinstance(self._style, Solid):
                _store_flat(canvas, self._style.tone(canvas))
            else:
                seen = canvas if self._trusted else _blackened(canvas)
                for plane, rect, samples in self._patches(canvas, seen, shapes):
                    canvas.planes[plane][rect.slices] = samples
        self._style.decorate(canvas, shapes)
        if self._stamp is not None:
            write_stamp(canvas, self._stamp)
        return replace(frame, picture=picture)

    def _patches(self, canvas: Canvas, seen: Canvas, shapes: list[Shape]) -> list[Patch]:
        """New samples of all masks. All are computed before any is stored, because each needs the
        source.

        Args:
            canvas: the frame.
            seen: the frame as the style may see it.
            shapes: the masks.
        """
        rects = [_drawn_grid(canvas.hidden, shape) for shape in shapes]
        shapes, rects = _outermost(shapes, rects)
        soft = self._style.soft
        paint = _composed(seen, shapes, rects, self._style.paint, soft)
        patches: list[Patch] = []
        for shape, rect in zip(shapes, rects, strict=True):
            patches += _patches_of(
                canvas, rect, paint(rect), soft_radius(shape.size) if soft else 0
            )
        return patches


def _blackened(canvas: Canvas) -> Canvas:
    """The canvas with copies of its planes in which everything hidden is black."""
    planes = [plane.copy() for plane in canvas.planes]
    for number, plane in enumerate(planes):
        hidden = canvas.hidden.core if number == 0 else canvas.hidden.grid
        plane[hidden > 0] = 0
    return replace(canvas, planes=planes)


def _colour_beside(canvas: Canvas) -> None:
    """Replace the chroma around the cores of hard masks, which may contain something of the core
    (see `Hidden`), by the mean of the visible chroma beside it, so that masks have no coloured
    fringe."""
    hidden, layout = canvas.hidden, canvas.layout
    if not hidden.has_rim:
        return
    columns, rows = layout.grid_size(hidden.width, hidden.height)
    # Windows span the whole rim and one more sample.
    reach = 2 * hidden.reach[0] + 1, 2 * hidden.reach[1] + 1
    window = 2 * reach[0] + 1, 2 * reach[1] + 1
    grey = np.float32((layout.top + 1) / 2)
    for group, _ in hidden.groups:
        part = hidden.grid_rect(group).grown(*reach, columns, rows).slices
        given_up = hidden.grid[part] > 0
        left = (~given_up).view(np.uint8)
        count = _sums(left, window)[given_up]
        for plane in canvas.planes[1:3]:
            total = _sums(cv2.copyTo(plane[part], left), window)[given_up]
            mean = np.where(count > 0, total / np.maximum(count, 1), grey)
            plane[part][given_up] = np.rint(mean)


def _sums(samples: NDArray[Any], window: tuple[int, int]) -> Field:
    """Sum over the window (columns, rows) around each sample; 0 beyond the border."""
    border = cv2.BORDER_CONSTANT
    summed = cv2.boxFilter(samples, cv2.CV_32F, window, normalize=False, borderType=border)
    return np.asarray(summed, np.float32)


def _store_flat(canvas: Canvas, tone: Field) -> None:
    """Set every sample that shows something of a core to one colour."""
    hidden = canvas.hidden
    values = np.rint(tone).astype(canvas.planes[0].dtype)
    for group, _ in hidden.groups:
        grid = hidden.grid_rect(group)
        core, touched = hidden.core[group.slices] > 0, hidden.touched(grid) > 0
        for number, value in enumerate(values):
            coarse = number > 0 and hidden.has_rim
            part, where = (grid, touched) if coarse else (group, core)
            np.copyto(canvas.planes[number][part.slices], value, where=where)


def _composed(
    canvas: Canvas, shapes: list[Shape], rects: list[Rect], paint: Paint, soft: bool
) -> Callable[[Rect], Field]:
    """Combine the fills of all masks on the grid.

    Where masks overlap, soft fills are blended by depth inside each mask, so that there is no seam;
    of hard fills the deepest shows.

    Returns:
        Function from the rectangle of a mask, in grid samples, to float32 [h, w, channels].
    """
    columns, rows = canvas.layout.grid_size(canvas.hidden.width, canvas.hidden.height)
    # Channel by channel, as NumPy is slow along an axis of three.
    total: Field = np.zeros((canvas.layout.channels, rows, columns), np.float32)
    weight: Field = np.zeros((rows, columns), np.float32)
    for shape, rect in zip(shapes, rects, strict=True):
        fill = paint(canvas, shape, rect)
        share = _weight_of(shape, rect, canvas.layout)
        before = weight[rect.slices]
        deeper = share > before
        for channel, plane in enumerate(total):
            if soft:
                plane[rect.slices] += share * fill[..., channel]
            else:
                np.copyto(plane[rect.slices], fill[..., channel], where=deeper)
        if soft:
            before += share
        else:
            np.maximum(before, share, out=before)

    def composed(rect: Rect) -> Field:
        part = total[:, *rect.slices]
        return np.moveaxis(part / weight[rect.slices] if soft else part, 0, -1)

    return composed


def _outermost(shapes: list[Shape], rects: list[Rect]) -> tuple[list[Shape], list[Rect]]:
    """Leave out masks that lie within another: surrounded by masked samples, they would have no
    colour of their own, and the outer mask covers them anyway."""
    sides = np.array(rects)
    low, high = sides[:, None, :2] >= sides[:, :2], sides[:, None, 2:] <= sides[:, 2:]
    within = np.asarray(
        (low & high).all(axis=2)
    )  # [n, k]: all that is drawn for n is drawn for k, too
    kept = np.zeros(len(rects), np.bool_)
    for n in sorted(range(len(rects)), key=lambda n: -rects[n].width * rects[n].height):
        hosts = np.flatnonzero(within[n] & kept).tolist()
        kept[n] = not any(shapes[k].holds(shapes[n]) for k in hosts)
    which = np.flatnonzero(kept).tolist()
    return [shapes[n] for n in which], [rects[n] for n in which]


def _drawn_grid(hidden: Hidden, shape: Shape) -> Rect:
    """Rectangle of grid samples around the drawn area of a mask."""
    return hidden.grid_rect(shape.rect(hidden.width, hidden.height, hidden.rim))


def _weight_of(shape: Shape, grid: Rect, layout: Layout) -> Field:
    """Weight of a mask's fill on the grid: float32 [h, w], about 1 at its centre."""
    xs = (np.arange(grid.x1, grid.x2) + 0.5) * layout.sub_x
    ys = (np.arange(grid.y1, grid.y2) + 0.5) * layout.sub_y
    radius = shape.radius(xs, ys)
    edge = EDGE_WEIGHT / np.maximum(radius, 1) ** FADING
    return np.asarray(edge + np.maximum(1 - radius, 0) ** 2, np.float32)


def _patches_of(canvas: Canvas, grid: Rect, paint: Field, radius: int) -> list[Patch]:
    """New samples of all planes in one rectangle of the grid.

    Args:
        canvas: the frame.
        grid: the rectangle, in grid samples.
        paint: fill, float32 [h, w, channels] in sample values.
        radius: of the soft edge, in pixels; 0 for a hard edge.
    """
    hidden, layout = canvas.hidden, canvas.layout
    pixels = hidden.pixel_rect(grid)
    luma = np.ascontiguousarray(paint[..., 0])
    if (layout.sub_x, layout.sub_y) != (1, 1):
        size = grid.width * layout.sub_x, grid.height * layout.sub_y
        how = cv2.INTER_LINEAR if radius else cv2.INTER_NEAREST
        luma = np.asarray(cv2.resize(luma, size, interpolation=how), np.float32)
    luma = luma[: pixels.height, : pixels.width]
    opacity = hidden.opacity(pixels, radius)
    patches = [(0, pixels, _blend(canvas.planes[0][pixels.slices], luma, opacity))]
    if layout.channels == 1:
        return patches
    shown = opacity
    if hidden.has_rim:
        shown = hidden.grid[grid.slices] if radius else hidden.touched(grid)
    for plane in (1, 2):
        old = canvas.planes[plane][grid.slices]
        patches.append((plane, grid, _blend(old, paint[..., plane], shown)))
    return patches


def _blend(
    old: Samples, fill: Field, opacity: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> Samples:
    """Mix old samples (opacity 0) and the fill (opacity 255).

    In the core, old samples are *multiplied by zero*, never subtracted and added again: rounding
    could let some of them through.
    """
    share = opacity.astype(np.float32) / np.float32(255)
    mixed = np.rint(old * (1 - share) + fill * share)
    top = np.iinfo(old.dtype).max
    new = np.clip(mixed, 0, top).astype(old.dtype)
    return np.where(opacity > 0, new, old)
