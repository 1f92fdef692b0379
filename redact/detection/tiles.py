"""Which parts of a picture are looked at, and how large."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Final

from .scaling import Area

_ALIGN: Final = 8
"""Tiles begin on multiples of this: the origin then falls on a chroma sample in every format.
Meaning: a whole number of chroma samples, whatever the subsampling."""


@dataclass(frozen=True, slots=True)
class View:
    """One image that the network is shown.

    Attributes:
        area: the source pixels in it.
        size: width and height to which they are scaled.
        scale: which of the scales asked for it belongs to.
    """

    area: Area
    size: tuple[int, int]
    scale: int = field(default=0, compare=False)

    @property
    def zoom(self) -> float:
        """Pixels of this image per source pixel, vertically."""
        return self.size[1] / self.area.height


@dataclass(frozen=True, slots=True)
class Scale:
    """One size at which the whole picture is looked at.

    Attributes:
        long_side: pixels of the longer side of the scaled picture.
        up_to: a larger source is looked at in its own pixels up to this long side.
        most_zoom: never enlarge by more than this.
        tile: largest side of one image; a larger scaled picture is cut into overlapping tiles.
        overlap: least overlap of neighbouring tiles, in scaled pixels. An object up to this
            size lies wholly in some tile; larger ones are the business of a smaller scale.
    """

    long_side: int
    up_to: int = 0
    most_zoom: float = 2.0
    tile: int = 1344
    overlap: int = 128


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
    """All images to look at for a picture of width × height source pixels.

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
                area = Area(left, top, right - left, bottom - top)
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
    tile, overlap = int(scale.tile / zoom), int(scale.overlap / zoom)
    return spans(length, tile, overlap)
