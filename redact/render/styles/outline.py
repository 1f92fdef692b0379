"""Outlines and words for review copies: shows what would be hidden, and hides nothing."""

from __future__ import annotations

import cv2
import numpy as np

from ...types import Rect, State
from ..fill import Field
from ..shapes import Shape
from .base import Canvas
from .lettering import capital_of, text_size, write_words

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
        hidden = canvas.hidden
        thick = max(THICKNESS, hidden.height // 360)
        rect = shape.rect(hidden.width, hidden.height, thick)
        own = np.zeros((hidden.height, hidden.width), np.uint8)
        shape.stamp(own)
        part = own[rect.slices]
        kernel = np.ones((2 * thick + 1, 2 * thick + 1), np.uint8)
        edge = (part > 0) & (cv2.erode(part, kernel, borderValue=255) == 0)
        rows, columns = np.nonzero(edge)
        canvas.dot(rows + rect.y1, columns + rect.x1, COLOUR_OF[shape.region.state])

    def _name(self, canvas: Canvas, shape: Shape) -> None:
        """Write above the mask, where it covers no face; where there is no room, below or in."""
        width, height = canvas.hidden.width, canvas.hidden.height
        text = shape.region.label or str(shape.region.track)
        capital = capital_of(height, 1 / 40)
        wide, tall = text_size(text, capital)
        rect = shape.rect(width, height)
        x = max(0, min(rect.x1, width - wide))
        gap = capital // 3
        if rect.y1 >= tall + gap:
            y = rect.y1 - tall - gap
        elif rect.y2 + gap + tall <= height:
            y = rect.y2 + gap
        else:
            y = rect.y1 + gap
        write_words(canvas, text, (x, y), capital, COLOUR_OF[shape.region.state])
