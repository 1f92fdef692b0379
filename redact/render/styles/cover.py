"""A flat grey with a thin dark edge, plainly a cover on every background."""

from __future__ import annotations

import cv2
import numpy as np

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

SHARE = 1 / 16
"""Width of the edge, share of the mask's larger side, at most: a small mask is no dark dot."""


class Cover(Solid):
    """The default: nothing of the surroundings is in it, so it is taken for nothing but a mask.

    Args:
        label: see `Solid`.
    """

    name = "cover"

    def __init__(self, label: str = "") -> None:
        super().__init__(TONE, label)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        for shape in shapes:
            _draw_edge(canvas, shape)
        super().decorate(canvas, shapes)


def _draw_edge(canvas: Canvas, shape: Shape) -> None:
    """Darken the outermost pixels of a mask, on luma, but not where another mask goes on: masks
    that touch become one cover."""
    hidden = canvas.hidden
    thick = max(1, round(min(hidden.height / LINES, SHARE * shape.size)))
    # One pixel more than the edge: only where something else begins is there an edge.
    rect = shape.rect(hidden.width, hidden.height, thick)
    core = hidden.core[rect.slices]
    kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
    # The picture's own border is no edge.
    edge = (core > 0) & (cv2.erode(core, kernel, borderValue=255) == 0)
    ink = samples_of(EDGE, canvas.coding, canvas.layout)
    planes = range(canvas.layout.channels if canvas.layout.rgb else 1)
    for plane in planes:
        canvas.planes[plane][rect.slices][edge] = round(float(ink[plane]))
