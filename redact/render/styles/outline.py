"""Outlines for review copies: shows what would be hidden, and hides nothing."""

from __future__ import annotations

import cv2
import numpy as np

from ...types import State
from ..colour import samples_of
from ..fill import Field
from ..shapes import Rect, Shape
from .base import Canvas
from .outline_words import capital_of, size_of, write_words

COLOUR_OF = {
    State.DETECTED: (40, 200, 60),
    State.FOLLOWED: (40, 160, 230),
    State.INTERPOLATED: (230, 190, 30),
    State.PADDED: (200, 120, 220),
    State.HELD: (230, 50, 40),
    State.MANUAL: (240, 240, 240),
}
"""Red, green, blue; the weaker the reason for a mask, the warmer its outline."""

THICKNESS = 2
"""Pixels of an outline up to 720 lines; thicker in larger pictures, which are seen smaller."""


class Outline:
    """The edge of every mask, and beside it the region's label, or its track's number."""

    name = "outline"
    hides = False
    soft = False

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        """Not asked for while `hides` is false; a sealed fill, so that a mistake hides."""
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        for shape in shapes:
            self._draw(canvas, shape)
        for shape in shapes:  # over all outlines
            self._name(canvas, shape)

    def _draw(self, canvas: Canvas, shape: Shape) -> None:
        hidden, layout = canvas.hidden, canvas.layout
        thick = max(THICKNESS, hidden.height // 360)
        rect = shape.rect(hidden.width, hidden.height, thick)
        own = np.zeros((hidden.height, hidden.width), np.uint8)
        shape.stamp(own)
        part = own[rect.slices]
        kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
        edge = (part > 0) & (cv2.erode(part, kernel, borderValue=255) == 0)
        rows, columns = np.nonzero(edge)
        rows, columns = rows + rect.y1, columns + rect.x1
        colour = samples_of(COLOUR_OF[shape.region.state], canvas.coding, layout)
        for plane, value in enumerate(colour):
            sub_x, sub_y = (layout.sub_x, layout.sub_y) if plane else (1, 1)
            canvas.planes[plane][rows // sub_y, columns // sub_x] = round(float(value))

    def _name(self, canvas: Canvas, shape: Shape) -> None:
        """Write above the mask, where it covers no face; where there is no room, below or in."""
        width, height = canvas.hidden.width, canvas.hidden.height
        text = shape.region.label or str(shape.region.track)
        capital = capital_of(height, 1 / 40)
        wide, tall = size_of(text, capital)
        rect = shape.rect(width, height)
        x = max(0, min(rect.x1, width - wide))
        gap = capital // 3
        if rect.y1 >= tall + gap:
            y = rect.y1 - tall - gap
        elif rect.y2 + gap + tall <= height:
            y = rect.y2 + gap
        else:
            y = rect.y1 + gap
        colour = COLOUR_OF[shape.region.state]
        write_words(canvas.planes, canvas.layout, canvas.coding, text, (x, y), capital, colour)
