"""What a style is, and the plainest one that is made of the surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..fill import Field, Surroundings
from ..hidden import Hidden
from ..samples import Coding, Layout, Samples
from ..shapes import Rect, Shape


@dataclass(frozen=True, slots=True)
class Canvas:
    """One frame to be drawn on.

    Attributes:
        planes: samples of the picture; while `MaskStyle.paint` runs they still show the source,
            and a style reads them only through `surroundings`. To a style that was passed in they
            are black where they show what is hidden.
        layout, coding: how samples are arranged and code colour.
        hidden: the masks.
        surroundings: fills made of what lies outside all masks.
    """

    planes: list[Samples]
    layout: Layout
    coding: Coding
    hidden: Hidden
    surroundings: Surroundings


class MaskStyle(Protocol):
    """A look for masks. One is meant for one clip, its frames given in order.

    Attributes:
        name: for the record, in a word.
        hides: whether masks are filled at all; false only for review copies.
        soft: whether the edge fades into the outside within the rim.
    """

    @property
    def name(self) -> str: ...

    @property
    def hides(self) -> bool: ...

    @property
    def soft(self) -> bool: ...

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        """Fill of one mask: float32 [h, w, channels] in sample values, on the chroma grid.

        May depend on anything but the samples that `canvas.hidden` marks.

        Args:
            canvas: the frame.
            shape: the mask.
            grid: its drawn area on the grid.
        """

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        """Draw on top of the filled masks, in place, only inside the drawn areas."""


class Blur:
    """Sealed blur: looks like a strong blur and holds nothing of what it covers."""

    name = "blur"
    hides = True
    soft = True

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass
