"""What a style is, and the plainest one that is made of the surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from ...media import Layout, plane_array
from ...types import Rect
from ..fill import Field, Surroundings
from ..hidden import Hidden
from ..samples import Coding, Samples, coding_of, layout_of, samples_of
from ..shapes import Shape

Index = NDArray[np.intp]


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

    @classmethod
    def of(cls, picture: av.VideoFrame, shapes: Sequence[Shape] = ()) -> Canvas:
        """A picture to be drawn on, in its own planes where nobody else refers to them, otherwise
        in a copy: `picture` shows it either way.

        Raises:
            UnsafeError: for a pixel format that cannot be drawn on.
        """
        layout = layout_of(picture)
        picture.make_writable()
        planes = [plane_array(picture, index) for index in range(layout.channels)]
        hidden = Hidden(shapes, layout, picture.width, picture.height)
        return cls(planes, layout, coding_of(picture), hidden, Surroundings(planes, hidden))

    def dot(self, rows: Index, columns: Index, rgb: tuple[int, int, int]) -> None:
        """Give pixels a colour, and the chroma samples that they touch."""
        for plane, value in enumerate(samples_of(rgb, self.coding, self.layout)):
            sub_x, sub_y = (self.layout.sub_x, self.layout.sub_y) if plane else (1, 1)
            self.planes[plane][rows // sub_y, columns // sub_x] = round(float(value))


class MaskStyle(Protocol):
    """A look for masks. One is meant for one clip, its frames given in order.

    Attributes:
        name: for the record, in a word.
        soft: whether the edge fades into the outside within the rim.
    """

    @property
    def name(self) -> str: ...

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
    soft = True

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass
