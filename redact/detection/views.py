"""Which images of a picture the networks are shown, at which size; and how to scan only parts of a
picture with the same result as scanning all of it.

A part is cut out of the same image that the network would be shown of the whole, aligned to the
network's grid and with a margin: the network sees the same there as in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Rect
from .scaling import Picture

_ALIGN: Final = 8
"""Tiles begin on multiples of this: a whole number of chroma samples, whatever the subsampling."""


@dataclass(frozen=True, slots=True)
class View:
    """One image that the network is shown.

    Attributes:
        area: the source pixels in it.
        size: width and height to which they are scaled.
        scale: index of the scale that it belongs to.
    """

    area: Rect
    size: tuple[int, int]
    scale: int = field(default=0, compare=False)

    @property
    def zoom(self) -> float:
        """Pixels of this image per source pixel, vertically."""
        return self.size[1] / self.area.height


@dataclass(frozen=True, slots=True)
class Scale:
    """One size at which the whole picture is scanned.

    Attributes:
        long_side: pixels of the longer side of the scaled picture.
        up_to: a larger source is scanned in its own pixels up to this long side.
        most_zoom: never enlarge by more than this.
        tile: largest side of one image; a larger scaled picture is cut into overlapping tiles.
        overlap: least overlap of neighbouring tiles, in scaled pixels. An object up to this size
            lies wholly in some tile; larger ones are left to a smaller scale.
        least: height in scaled pixels from which this scale counts; 0 for any.
    """

    long_side: int
    up_to: int = 0
    most_zoom: float = 2.0
    tile: int = 1344
    overlap: int = 128
    least: float = 0.0


def spans(length: int, tile: int, overlap: int) -> list[tuple[int, int]]:
    """Begin and end of the fewest equal tiles that cover `length` pixels.

    Every stretch of `overlap` pixels lies wholly in at least one tile. Begins are multiples
    of 8; `tile` must be larger than `overlap` + 8.
    """
    if length <= tile:
        return [(0, length)]
    count = -(-(length - overlap) // (tile - overlap - _ALIGN))
    step = (length - overlap) / count
    size = min(tile, ceil(step) + overlap + _ALIGN)
    begins = [int(i * step) // _ALIGN * _ALIGN for i in range(count)]
    return [(b, min(b + size, length)) for b in begins[:-1]] + [(begins[-1], length)]


def views(width: int, height: int, scales: tuple[Scale, ...], aspect: float = 1.0) -> list[View]:
    """All images that a network is shown of a picture of width × height source pixels.

    Args:
        aspect: width of a source pixel divided by its height; views have square pixels.
    """
    found: list[View] = []
    for number, scale in enumerate(scales):
        shown_w, shown_h = width * max(aspect, 1.0), height / min(aspect, 1.0)
        own = max(shown_w, shown_h)
        zoom = min(scale.most_zoom, max(scale.long_side, min(own, scale.up_to)) / own)
        zoom_x, zoom_y = zoom * shown_w / width, zoom * shown_h / height
        for top, bottom in _source_spans(height, zoom_y, scale):
            for left, right in _source_spans(width, zoom_x, scale):
                area = Rect(left, top, right, bottom)
                size = (
                    max(1, round(area.width * zoom_x)),
                    max(1, round(area.height * zoom_y)),
                )
                view = View(area, size, number)
                if view not in found:
                    found.append(view)
    return found


def _source_spans(length: int, zoom: float, scale: Scale) -> list[tuple[int, int]]:
    """`spans` along one side, tile sizes given in scaled pixels, answer in source pixels."""
    # A tile as long as the side holds all of it, whatever rounding made of the quotient.
    tile, overlap = (int(side / zoom + 1e-6) for side in (scale.tile, scale.overlap))
    return spans(length, tile, overlap)


GRID: Final = 32
"""Parts begin and end on multiples of this: both networks halve their image five times, so their
grids stay aligned with the picture, whatever is cut out."""

PART_CONTEXT: Final = 2 * GRID
"""Pixels of the network's image shown around a part: two points of its coarsest grid; a
face of that size lies wholly in the image, with its shoulders."""

WHOLE_IMAGE_SHARE: Final = 0.8
"""Share of an image from which all of it is scanned: several parts cost more than one image of
their size. It decides cost alone."""


def scan_view(
    picture: Picture, view: View, scan: Callable[[NDArray[np.uint8]], Detections]
) -> Detections:
    """Run a network on one image of a picture, or on the requested parts of it; boxes in pixels of
    that image."""
    spans = spans_of(view, picture.only)
    if not spans:
        return Detections.empty()
    rgb = picture.view(view.area, view.size)
    found = []
    for x1, y1, x2, y2 in spans:
        seen = scan(rgb[y1:y2, x1:x2])
        origin = np.array([x1, y1, x1, y1], np.float32)
        found.append(Detections(seen.xyxy + origin, seen.score, seen.target))
    return Detections.concat(found)


def spans_of(view: View, only: Sequence[Rect] | None) -> list[Rect]:
    """Pixels of an image that the network is shown for some parts of the source picture.

    They hold every asked pixel that the image has, with `PART_CONTEXT` around it as far as the
    image goes; spans are made one where that is less to scan.
    """
    width, height = view.size
    whole = Rect(0, 0, width, height)
    if only is None:
        return [whole]
    spans = [span for area in only if (span := _span(view, area)) is not None]
    spans = _joined(spans)
    return [whole] if sum(s.pixels for s in spans) >= WHOLE_IMAGE_SHARE * whole.pixels else spans


def _span(view: View, area: Rect) -> Rect | None:
    """Pixels of the image for one area, None where the image has nothing of it."""
    width, height = view.size
    zoom_x, zoom_y = width / view.area.width, height / view.area.height
    x1, y1 = (area.x1 - view.area.x1) * zoom_x, (area.y1 - view.area.y1) * zoom_y
    x2, y2 = x1 + area.width * zoom_x, y1 + area.height * zoom_y
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        return None
    return Rect(
        max(0, int((x1 - PART_CONTEXT) // GRID) * GRID),
        max(0, int((y1 - PART_CONTEXT) // GRID) * GRID),
        min(width, -int(-(x2 + PART_CONTEXT) // GRID) * GRID),
        min(height, -int(-(y2 + PART_CONTEXT) // GRID) * GRID),
    )


def _joined(spans: list[Rect]) -> list[Rect]:
    """Join rectangles where the joint one has no more pixels."""
    out: list[Rect] = []
    for span in spans:
        while (other := next((o for o in out if _fit(o, span)), None)) is not None:
            out.remove(other)
            span = other.union(span)
        out.append(span)
    return out


def _fit(a: Rect, b: Rect) -> bool:
    return a.union(b).pixels <= a.pixels + b.pixels


def to_source(found: Detections, view: View) -> Detections:
    """Boxes from pixels of a view to source pixels."""
    scale_x = view.area.width / view.size[0]
    scale_y = view.area.height / view.size[1]
    factor = np.array([scale_x, scale_y, scale_x, scale_y], np.float32)
    origin = np.array(view.area[:2] * 2, np.float32)
    return Detections(found.xyxy * factor + origin, found.score, found.target)


def clipped(found: Detections, width: int, height: int) -> Detections:
    """Boxes clipped to the picture; those wholly outside (in the padding) are dropped."""
    limit = np.array([width, height, width, height], np.float32)
    xyxy = np.clip(found.xyxy, 0, limit).astype(np.float32)
    inside = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    cut = Detections(xyxy, found.score, found.target)
    return cut.select(inside)
