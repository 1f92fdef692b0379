"""The proof of drawing: draws the masks again on the source, and compares the output with that.

Where a mask is missing, late, moved or too small, the output is nearer to the source than to what
should have been drawn. Outside the masks the two are equal, so the difference can only lie within.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

import cv2
import numpy as np

from ..mask_size import with_margin
from ..media import as_stored, copy_of
from ..render import Renderer
from ..settings import RenderSettings
from ..types import Box, Frame, Region
from .mask_drawn import shows_colour, shows_source
from .planes import Both, Plane

NEARER_LEVELS: Final = 12.0
"""Levels (8 bit) of luma by which a place must be nearer to the source than to the drawing to count
as showing the source; half as many for chroma (`lab.audit.pixels`)."""

NEARER_TIMES: Final = 7.5
"""Least ratio of that to the mean change by the codec (`lab.audit.pixels`)."""


class Redrawn:
    """Draws the masks of frames again, which must come in order.

    Args:
        render: how the masks were drawn.
        photograph: the output is one.
    """

    def __init__(self, render: RenderSettings, photograph: bool = False) -> None:
        self._renderer, self._photograph = Renderer(render), photograph
        self._plain, self._margin = render.stamp is None, render.margin

    def wanted(self, source: Frame, output: Frame, regions: list[Region]) -> Both | None:
        """The planes of the drawing and of the output; None if nothing is drawn.

        Args:
            source, output: frames of equal size; neither is changed.
            regions: that are hidden in the frame.
        """
        if not regions and self._plain:
            return None
        drawn = self._renderer.draw(copy_of(source), regions)
        return Both.of(as_stored(drawn) if self._photograph else drawn, output)

    def bare(self, both: Both, wanted: Both, regions: Sequence[Region]) -> list[Region]:
        """Regions in which the output shows the source.

        Args:
            both: source and output.
            wanted: the drawing and the output.
            regions: that are hidden in the frame.
        """
        source, output = both.luma
        some = slice(None, None, 4)  # a quarter of the rows is enough
        left = cv2.compare(source[some], wanted.luma[0][some], cv2.CMP_EQ)
        # How much the codec changes where nothing was drawn.
        usual = cv2.mean(cv2.absdiff(output[some], source[some]), mask=left)[0]
        levels = max(NEARER_LEVELS, NEARER_TIMES * usual)
        colours = [(a, w, o) for (a, o), (w, _) in zip(both.chroma, wanted.chroma, strict=True)]
        step = both.right, both.down

        def shows(region: Region) -> bool:
            margin = self._margin if region.margin is None else region.margin
            box = with_margin(region.box, margin, region.target)
            if _shows(_part(box, (1, 1)), 3, levels, source, wanted.luma[0], output):
                return True
            part = _part(box, step)
            # Five samples, because codecs smear chroma at the rim, which is thinner.
            return any(_shows(part, 5, levels / 2, *planes) for planes in colours)

        return [r for r in regions if shows(r) or self._skipped(both, wanted, r)]

    def _skipped(self, both: Both, wanted: Both, region: Region) -> bool:
        """Whether a region was not drawn in the output, and drawing it here changes nothing either,
        so that comparing the two proves nothing. Then the detail of the source decides. Only then,
        because a mask can resemble the surroundings of a plate."""
        part = _part(region.box, (1, 1))
        if _equal(both.luma[0][part], wanted.luma[0][part]):
            return shows_source(*both.luma, region).mask_missing()
        part = _part(region.box, (both.right, both.down))
        pairs = zip(both.chroma, wanted.chroma, strict=True)
        left = any(_equal(source[part], drawn[part]) for (source, _), (drawn, _) in pairs)
        return left and shows_colour(both, region).mask_missing()


def _equal(a: Plane, b: Plane) -> bool:
    """Whether most samples are the same."""
    return 2 * cv2.countNonZero(cv2.compare(a, b, cv2.CMP_EQ)) > a.size if a.size else False


Part = tuple[slice, slice]
"""Rows and columns of a plane."""


def _part(box: Box, step: tuple[int, int]) -> Part:
    """The part of a plane that a box (in pixels) covers; `step` is pixels per sample, across and
    down."""
    (right, down), (x1, y1, x2, y2) = step, (max(0.0, side) for side in box)
    return slice(int(y1 / down), ceil(y2 / down)), slice(int(x1 / right), ceil(x2 / right))


def _shows(
    part: Part, side: int, levels: float, source: Plane, wanted: Plane, output: Plane
) -> bool:
    """Whether somewhere in a part of the planes, over a whole square, the output is nearer to the
    source than to the drawing.

    Args:
        part: of the planes.
        side: of the square, in samples.
        levels: by which it must be nearer.
        source, wanted, output: planes of the source, the drawing and the output.
    """
    if not (here := output[part]).size:
        return False  # outside the picture
    apart = cv2.subtract(cv2.absdiff(here, wanted[part]), cv2.absdiff(here, source[part]))
    over = cv2.threshold(apart, levels, 1, cv2.THRESH_BINARY)[1]
    if cv2.countNonZero(over) < side * side:
        return False  # nearly always, which saves looking for squares
    kernel = np.ones((side, side))
    return bool(cv2.erode(over, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0).any())
