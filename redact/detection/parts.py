"""Looking at parts of a picture as a look at all of it would see them.

A part is cut out of the very image that the network would be shown of the whole, on the network's
own grid and with a margin: what lies in it looks to the network as it does in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import Detections
from .scaling import Area, Picture
from .tiles import View

CONTEXT: Final = 64
"""Pixels of the network's image shown around a part. Meaning: two points of its coarsest grid; a
face of that size lies wholly in the image, with its shoulders."""

GRID: Final = 32
"""Parts begin and end on multiples of this. Meaning: both networks halve their image five times;
so a point of their grids is the same place of the picture, whatever is cut."""

WORTH: Final = 0.8
"""Share of an image from which all of it is looked at. Meaning: several parts cost more than one
image of their size."""


class Span(NamedTuple):
    """Whole pixels of an image: columns x1 to x2 - 1, rows y1 to y2 - 1."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def pixels(self) -> int:
        return (self.x2 - self.x1) * (self.y2 - self.y1)


def look_at_view(
    picture: Picture, view: View, look: Callable[[NDArray[np.uint8]], Detections]
) -> Detections:
    """What a network sees of one image of a picture, or of the parts of it that are asked for.

    Args:
        picture: its `only` says which parts.
        view: the image.
        look: the network: uint8 [H, W, 3] to boxes in its pixels.

    Returns:
        Boxes in pixels of the image; what lies in two parts is there twice.
    """
    spans = spans_of(view, picture.only)
    if not spans:
        return Detections.empty()
    rgb = picture.view(view.area, view.size)
    found = []
    for x1, y1, x2, y2 in spans:
        seen = look(rgb[y1:y2, x1:x2])
        origin = np.array([x1, y1, x1, y1], np.float32)
        found.append(Detections(seen.xyxy + origin, seen.score, seen.target))
    return Detections.concat(found)


def spans_of(view: View, only: Sequence[Area] | None) -> list[Span]:
    """Which pixels of an image are to be shown to the network, for parts of the source picture.

    They hold every asked pixel that the image has, with `CONTEXT` around it as far as the image
    goes; spans are made one where that is less to look at.
    """
    width, height = view.size
    whole = Span(0, 0, width, height)
    if only is None:
        return [whole]
    spans = [span for area in only if (span := _span(view, area)) is not None]
    spans = _joined(spans)
    return [whole] if sum(s.pixels for s in spans) >= WORTH * whole.pixels else spans


def _span(view: View, area: Area) -> Span | None:
    """Pixels of the image for one area, None where the image has nothing of it."""
    width, height = view.size
    zoom_x, zoom_y = width / view.area.width, height / view.area.height
    x1, y1 = (area.left - view.area.left) * zoom_x, (area.top - view.area.top) * zoom_y
    x2, y2 = x1 + area.width * zoom_x, y1 + area.height * zoom_y
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        return None
    return Span(
        max(0, int((x1 - CONTEXT) // GRID) * GRID),
        max(0, int((y1 - CONTEXT) // GRID) * GRID),
        min(width, -int(-(x2 + CONTEXT) // GRID) * GRID),
        min(height, -int(-(y2 + CONTEXT) // GRID) * GRID),
    )


def _joined(spans: list[Span]) -> list[Span]:
    """Spans that hold all that the given ones hold, with no more pixels."""
    out: list[Span] = []
    for span in spans:
        while (other := next((o for o in out if _fit(o, span)), None)) is not None:
            out.remove(other)
            span = _around(other, span)
        out.append(span)
    return out


def _fit(a: Span, b: Span) -> bool:
    return _around(a, b).pixels <= a.pixels + b.pixels


def _around(a: Span, b: Span) -> Span:
    return Span(min(a.x1, b.x1), min(a.y1, b.y1), max(a.x2, b.x2), max(a.y2, b.y2))
