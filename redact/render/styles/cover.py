"""A flat grey with a thin dark edge, plainly a cover on every background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..samples import samples_of
from ..shapes import Shape
from .base import Canvas
from .solid import Solid

TONE = (128, 128, 128)
"""Red, green, blue of a cover: in the middle, it stands out from the dark as from the
light, and is no glare at night. It never changes, so it cannot flicker."""

EDGE = (24, 24, 24)
"""Of its edge: what has the cover's own tone around it (paving, a grey wall) has a line around the
cover all the same."""

LINES = 360
"""Lines of a picture in which the edge is one pixel wide; it is wider in larger pictures, which
are seen smaller."""

EDGE_SHARE = 1 / 16
"""Width of the edge, share of the mask's larger side, at most: a small mask is no dark dot."""


class Cover(Solid):
    """The default: nothing of the surroundings is in it, so it is taken for nothing but a mask.

    Args:
        label: see `Solid`.
        tone, edge: red, green, blue.
    """

    name = "cover"

    def __init__(
        self, label: str = "", tone: tuple[int, int, int] = TONE, edge: tuple[int, int, int] = EDGE
    ) -> None:
        super().__init__(tone, label)
        self._edge = edge

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        draw_edges(canvas, shapes, self._edge)
        super().decorate(canvas, shapes)


def draw_edges(canvas: Canvas, shapes: list[Shape], edge: tuple[int, int, int] = EDGE) -> None:
    """Darken the outermost pixels of masks, on luma, but not where another mask goes on: masks
    that touch become one cover."""
    hidden = canvas.hidden
    ink = round(float(samples_of(edge, canvas.coding, canvas.layout)[0]))
    for group, alike in hidden.groups:
        core = hidden.core[group.slices]
        inner: dict[int, NDArray[np.uint8]] = {}
        for shape in alike:
            thick = max(1, round(min(hidden.height / LINES, EDGE_SHARE * shape.size)))
            if thick not in inner:
                kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
                # The picture's own border is no edge.
                inner[thick] = np.asarray(cv2.erode(core, kernel, borderValue=255), np.uint8)
            x1, y1, x2, y2 = rect = shape.rect(hidden.width, hidden.height)
            rows, columns = slice(y1 - group.y1, y2 - group.y1), slice(x1 - group.x1, x2 - group.x1)
            rim = core[rows, columns] > inner[thick][rows, columns]
            canvas.planes[0][rect.slices][rim] = ink
