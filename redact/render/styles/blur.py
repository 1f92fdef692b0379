"""The default look: the surroundings continue softly over the mask."""

from __future__ import annotations

from ..fill import Field
from ..shapes import Rect, Shape
from .base import Canvas


class Blur:
    """Sealed blur: looks like a strong blur and holds nothing of what it covers."""

    name = "blur"
    hides = True
    soft = True

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass
