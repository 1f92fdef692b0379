"""A flat grey with a thin dark edge, clearly a mask on any background."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ..samples import samples_of
from ..shapes import Shape
from .base import Canvas
from .solid import Solid

TONE = (128, 128, 128)
"""sRGB colour of a cover: mid-grey stands out from dark and light alike and does not glare at
night. It is constant, so it cannot flicker."""

EDGE = (24, 24, 24)
"""sRGB colour of its edge, which sets the cover off from surroundings in its own tone, such as
paving or a grey wall."""

LINES = 360
"""Height, in pixels, of a picture in which the edge is one pixel wide. In larger pictures it is
wider, because they are shown smaller."""

EDGE_SHARE = 1 / 16
"""Largest width of the edge as a share of the mask's larger side, so that a small mask is not a
dark dot."""


class Cover(Solid):
    """The default style: it uses nothing of its surroundings, so nobody can take it for anything
    but a mask.

    Args:
        label, codes: see `Solid`.
    """

    name = "cover"

    def __init__(self, label: str = "", codes: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(TONE, label, codes)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        draw_edges(canvas, shapes)
        super().decorate(canvas, shapes)


def draw_edges(canvas: Canvas, shapes: list[Shape]) -> None:
    """Darken the luma of the outermost pixels of masks, except where masks touch: those become one
    cover."""
    hidden = canvas.hidden
    ink = round(float(samples_of(EDGE, canvas.coding, canvas.layout)[0]))
    for group, alike in hidden.groups:
        core = hidden.core[group.slices]
        inner: dict[int, NDArray[np.uint8]] = {}
        for shape in alike:
            thick = max(1, round(min(hidden.height / LINES, EDGE_SHARE * shape.size)))
            if thick not in inner:
                kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
                # The picture's own border gets no edge.
                inner[thick] = np.asarray(cv2.erode(core, kernel, borderValue=255), np.uint8)
            x1, y1, x2, y2 = rect = shape.rect(hidden.width, hidden.height)
            rows, columns = slice(y1 - group.y1, y2 - group.y1), slice(x1 - group.x1, x2 - group.x1)
            rim = core[rows, columns] > inner[thick][rows, columns]
            canvas.planes[0][rect.slices][rim] = ink
