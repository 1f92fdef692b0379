"""The proof of drawing: the masks are drawn once more on the source, and the output must be that.

A mask that is missing, late, moved or too small leaves a place where the output is nearer to the
source than to what was to be drawn. Outside the masks source and drawing are one, so no such place
can lie there, and none is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import av
import cv2
import numpy as np

from ..media import copy_tags, plane_array
from ..render import Renderer
from ..settings import RenderSettings
from ..types import Box, Frame, Region
from .limits import Limits
from .planes import Both, Plane


class Redrawn:
    """Takes frames in order; draws as a run does.

    Args:
        render: how the masks were drawn.
        limits: see `Limits`.
    """

    def __init__(self, render: RenderSettings, limits: Limits) -> None:
        self._renderer = Renderer(render)
        self._plain, self._margin = render.stamp is None, render.margin
        self._limits = limits

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
        (source, output), limits = both.luma, self._limits
        left = cv2.compare(source, wanted.luma[0], cv2.CMP_EQ)
        # What the codec does to a picture that was left as it was.
        usual = cv2.mean(cv2.absdiff(output, source), mask=left)[0]
        levels = max(limits.nearer, limits.nearer_lossy * usual)
        step = both.right, both.down
        shown = [(_nearer(source, wanted.luma[0], output, levels), 1, 1)]
        for (s, o), (w, _) in zip(both.chroma, wanted.chroma, strict=True):
            shown.append((_nearer(s, w, o, levels / 2), *step))
        shown = [plane for plane in shown if plane[0].any()]
        grown = self._margin
        return [r for r in regions if any(_in(r.box.grown(grown), *plane) for plane in shown)]


def _nearer(source: Plane, wanted: Plane, output: Plane, levels: float) -> Plane:
    """Where the output is nearer to the source than to what was wanted, by more than so many levels
    and in a square of nine samples; not 0 there."""
    apart = cv2.subtract(cv2.absdiff(output, wanted), cv2.absdiff(output, source))
    over = cv2.threshold(apart, levels, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.morphologyEx(over, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _in(box: Box, shown: Plane, right: int, down: int) -> bool:
    """Whether anything in a box shows."""
    x1, y1, x2, y2 = box
    rows = slice(max(0, int(y1 / down)), max(0, int(np.ceil(y2 / down))))
    return bool(shown[rows, slice(max(0, int(x1 / right)), max(0, int(np.ceil(x2 / right))))].any())


def _copied(picture: av.VideoFrame) -> av.VideoFrame:
    """The same samples in memory of their own."""
    own = av.VideoFrame(picture.width, picture.height, picture.format.name)
    for index in range(len(picture.planes)):
        plane_array(own, index)[...] = plane_array(picture, index)
    copy_tags(picture, own)
    return own
