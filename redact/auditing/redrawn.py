"""The proof of drawing: the masks are drawn again on the source, and the output must match.

A mask that is missing, late, moved or too small leaves a place where the output is nearer to the
source than to what was to be drawn. Outside the masks source and drawing are one, so no such place
can lie there, and none is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Final

import av
import cv2
import numpy as np

from ..mask_size import with_margin
from ..media import copy_tags, plane_array
from ..render import Renderer
from ..settings import RenderSettings
from ..types import Box, Frame, Region
from .mask_drawn import shows_colour, shows_source
from .planes import Both, Plane

NEARER: Final = 12.0
"""Levels (8 bit) of luma by which a place that shows the source is nearer to it than to what was to
be drawn; of chroma half as many (`lab.audit.pixels`)."""

NEARER_TIMES: Final = 7.5
"""At least so many times what the codec changes on average (`lab.audit.pixels`)."""


class Redrawn:
    """Takes frames in order; draws as a run does.

    Args:
        render: how the masks were drawn.
    """

    def __init__(self, render: RenderSettings) -> None:
        self._renderer = Renderer(render)
        self._plain, self._margin = render.stamp is None, render.margin

    def wanted(self, source: Frame, output: Frame, regions: list[Region]) -> Both | None:
        """What was to be drawn beside the output; None where that is the source itself.

        Args:
            source, output: of one size; neither is changed.
            regions: what is hidden in the frame.
        """
        if not regions and self._plain:
            return None
        drawn = self._renderer.draw(replace(source, picture=_copied(source.picture)), regions)
        return Both.of(drawn, output)

    def bare(self, both: Both, wanted: Both, regions: Sequence[Region]) -> list[Region]:
        """Regions in which the output shows the source.

        Args:
            both: source and output.
            wanted: what was to be drawn, and the output.
        """
        source, output = both.luma
        some = slice(None, None, 4)  # a quarter of the rows is as good as all
        left = cv2.compare(source[some], wanted.luma[0][some], cv2.CMP_EQ)
        # What the codec does to a picture that was left as it was.
        usual = cv2.mean(cv2.absdiff(output[some], source[some]), mask=left)[0]
        levels = max(NEARER, NEARER_TIMES * usual)
        colours = [(a, w, o) for (a, o), (w, _) in zip(both.chroma, wanted.chroma, strict=True)]
        step = both.right, both.down

        def shows(region: Region) -> bool:
            margin = self._margin if region.margin is None else region.margin
            box = with_margin(region.box, margin, region.target)
            if _shows(_part(box, (1, 1)), 3, levels, source, wanted.luma[0], output):
                return True
            part = _part(box, step)
            # Codecs smear the colour of a rim, which is thinner than five samples.
            return any(_shows(part, 5, levels / 2, *planes) for planes in colours)

        return [r for r in regions if shows(r) or self._skipped(both, wanted, r)]

    def _skipped(self, both: Both, wanted: Both, region: Region) -> bool:
        """Whether it was left as it was when it was drawn here: what draws nothing draws nothing a
        second time either. Then the pixels are asked; the rim of a mask can look like what is
        around a plate, so that they alone would be wrong."""
        part = _part(region.box, (1, 1))
        if _equal(both.luma[0][part], wanted.luma[0][part]):
            return shows_source(*both.luma, region).tells()
        part = _part(region.box, (both.right, both.down))
        pairs = zip(both.chroma, wanted.chroma, strict=True)
        left = any(_equal(source[part], drawn[part]) for (source, _), (drawn, _) in pairs)
        return left and shows_colour(both, region).tells()


def _equal(a: Plane, b: Plane) -> bool:
    """Whether most samples are the same."""
    return 2 * cv2.countNonZero(cv2.compare(a, b, cv2.CMP_EQ)) > a.size if a.size else False


Part = tuple[slice, slice]
"""Rows and columns of a plane."""


def _part(box: Box, step: tuple[int, int]) -> Part:
    """The samples of a plane in a box, for a plane with one sample per given number of pixels
    across and down."""
    (right, down), (x1, y1, x2, y2) = step, (max(0.0, side) for side in box)
    return slice(int(y1 / down), ceil(y2 / down)), slice(int(x1 / right), ceil(x2 / right))


def _shows(
    part: Part, side: int, levels: float, source: Plane, wanted: Plane, output: Plane
) -> bool:
    """Whether the output is nearer to the source than to what was to be drawn, by more than the
    given levels and over a whole square, somewhere in a part of the planes.

    Args:
        side: of the square, in samples.
    """
    if not (here := output[part]).size:
        return False  # beyond the border
    apart = cv2.subtract(cv2.absdiff(here, wanted[part]), cv2.absdiff(here, source[part]))
    over = cv2.threshold(apart, levels, 1, cv2.THRESH_BINARY)[1]
    if cv2.countNonZero(over) < side * side:
        return False  # nearly always, so only now are squares sought
    kernel = np.ones((side, side))
    return bool(cv2.erode(over, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0).any())


def _copied(picture: av.VideoFrame) -> av.VideoFrame:
    """The same samples in memory of their own."""
    own = av.VideoFrame(picture.width, picture.height, picture.format.name)
    for index in range(len(picture.planes)):
        plane_array(own, index)[...] = plane_array(picture, index)
    copy_tags(picture, own)
    return own
