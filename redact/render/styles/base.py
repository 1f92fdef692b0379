"""The interface of styles, and the simplest style that uses the surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from ...media import Layout, plane_array
from ...types import Rect
from ..hidden import Hidden
from ..samples import Coding, Samples, coding_of, layout_of, samples_of
from ..shapes import Shape
from ..surroundings import Field, Surroundings

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Canvas:
    """One frame to draw on.

    Attributes:
        planes: samples of the picture. While `MaskStyle.paint` runs they still show the source, so
            a style must read them only through `surroundings`; a caller's own style gets planes in
            which everything hidden is black.
        layout: depth and chroma resolution of the planes.
        coding: their colour coding.
        hidden: the masks.
        surroundings: fills computed from the samples outside all masks.
    """

    planes: list[Samples]
    layout: Layout
    coding: Coding
    hidden: Hidden
    surroundings: Surroundings

    @classmethod
    def of(
        cls,
        picture: av.VideoFrame,
        shapes: Sequence[Shape] = (),
        blocks: tuple[int, int] = (2, 2),
    ) -> Canvas:
        """A canvas for a picture. It uses the picture's own planes if nothing else refers to them;
        otherwise `picture` gets copies. Either way `picture` shows what is drawn.

        Raises:
            UnsafeError: the pixel format cannot be drawn on.
        """
        layout = layout_of(picture)
        picture.make_writable()
        planes = [plane_array(picture, index) for index in range(layout.channels)]
        hidden = Hidden(shapes, layout, picture.width, picture.height, blocks)
        return cls(planes, layout, coding_of(picture), hidden, Surroundings(planes, hidden))

    def dot(self, rows: Index, columns: Index, rgb: tuple[int, int, int]) -> None:
        """Set pixels, and the chroma samples that they touch, to a colour.

        Args:
            rows, columns: of the pixels, [n] each.
            rgb: sRGB red, green, blue, 0 to 255.
        """
        for plane, value in enumerate(samples_of(rgb, self.coding, self.layout)):
            sub_x, sub_y = (self.layout.sub_x, self.layout.sub_y) if plane else (1, 1)
            self.planes[plane][rows // sub_y, columns // sub_x] = round(float(value))


class MaskStyle(Protocol):
    """A style of masks. Use one instance per clip and give it the frames in order.

    Attributes:
        name: one word, for the record.
        soft: whether the mask's edge fades into its surroundings, within the rim.
    """

    @property
    def name(self) -> str: ...

    @property
    def soft(self) -> bool: ...

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        """Fill of one mask: float32 [h, w, channels] in sample values, on the chroma grid.

        It must not depend on samples that `canvas.hidden` marks.

        Args:
            canvas: the frame.
            shape: the mask.
            grid: rectangle around its drawn area, in grid samples.
        """

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        """Draw on top of the filled masks, in place, only inside the drawn areas."""


class Blur:
    """Sealed blur: looks like a strong blur, but contains nothing of what it covers."""

    name = "blur"
    soft = True

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        return canvas.surroundings.fill(grid, shape.size)

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        pass
