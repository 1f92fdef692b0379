"""Axis-aligned boxes in upright source pixels."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A box in upright source pixels: x to the right, y down, edges not pixel centres.

    (0, 0, width, height) is the whole picture. Boxes may reach over the border of the picture.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def grown(self, share: float) -> Box:
        """Every side moved outward by `share` of the box's own width or height."""
        dx, dy = self.width * share, self.height * share
        return Box(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def union(self, other: Box) -> Box:
        """Smallest box that contains both."""
        return Box(
            min(self.x1, other.x1),
            min(self.y1, other.y1),
            max(self.x2, other.x2),
            max(self.y2, other.y2),
        )

    def contains(self, other: Box, slack: float = 0.0) -> bool:
        """Whether `other` lies inside, give or take `slack` pixels."""
        return (
            self.x1 <= other.x1 + slack
            and self.y1 <= other.y1 + slack
            and self.x2 >= other.x2 - slack
            and self.y2 >= other.y2 - slack
        )

    def common(self, other: Box) -> float:
        """Area in which two boxes overlap, square pixels; 0 where they do not."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        inter = self.common(other)
        union = self.area + other.area - inter
        return inter / union if union > 0 else 0.0

    def lerp(self, other: Box, t: float) -> Box:
        """Linear interpolation, `t` from 0 (self) to 1 (other)."""
        return Box(*(a + (b - a) * t for a, b in zip(self, other, strict=True)))
