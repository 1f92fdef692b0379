"""Outlines for review copies: shows what would be hidden, and hides nothing."""

from __future__ import annotations

import cv2
import numpy as np

from ...types import State
from ..colour import samples_of
from ..fill import Field
from ..shapes import Rect, Shape
from .base import Canvas
from .solid import write_label

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


class Outline:
    """The edge of every mask, and its track's number."""

    hides = False
    soft = False

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        """Not asked for while `hides` is false; a sealed fill, so that a mistake hides."""
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        for shape in shapes:
            self._draw(canvas, shape)

    def _draw(self, canvas: Canvas, shape: Shape) -> None:
        hidden, layout = canvas.hidden, canvas.layout
        rect = shape.rect(hidden.width, hidden.height, THICKNESS)
        own = np.zeros((hidden.height, hidden.width), np.uint8)
        shape.stamp(own)
        part = own[rect.slices]
        kernel = np.ones((2 * THICKNESS + 1, 2 * THICKNESS + 1), np.uint8)
        edge = (part > 0) & (cv2.erode(part, kernel, borderValue=255) == 0)
        rows, columns = np.nonzero(edge)
        rows, columns = rows + rect.y1, columns + rect.x1
        colour = samples_of(COLOUR_OF[shape.region.state], canvas.coding, layout)
        for plane, value in enumerate(colour):
            sub_x, sub_y = (layout.sub_x, layout.sub_y) if plane else (1, 1)
            canvas.planes[plane][rows // sub_y, columns // sub_x] = round(float(value))
        write_label(canvas, shape, str(shape.region.track), float(colour[0]))
