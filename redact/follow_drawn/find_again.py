"""Finds a followed object again after a post, a passer-by or a bus has covered it for a while.

The search compares its appearance. A match counts only if nothing else nearby looks nearly as
similar. Otherwise the mask ends where the object was lost, and never jumps to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

import cv2
import numpy as np

from ..mask_size import unseen
from ..track import (
    PATCH_REACH,
    PATCH_SIDE,
    SCALES,
    Patches,
    SmallFrame,
    grown,
    motion_between,
    sample,
    warped,
)
from ..types import Box, Boxes, Keyframe, State

AGAIN_SECONDS: Final = 3.0
"""Seconds for which to search: after a longer absence it may come back anywhere (chosen)."""

AGAIN_LIKENESS: Final = 0.8
"""Least correlation with its patch. Of some 40 objects in five clips of footage2 (dev), covered for
.4 and 1.2 s, 25 are found again with .8, and 7 without this search; the mask was on something else
5 and 3 times (measured by `lab/found_again.py` of `db97e960`)."""

LEAD: Final = 1 - AGAIN_LIKENESS
"""How much lower the correlation of any other place nearby must be: as much as the object itself
may fall short of 1."""

_FARTHEST: Final = 3.0
"""Farthest distance that is searched, in its own sizes."""

_CELLS: Final = int((2 * _FARTHEST + 1) * PATCH_SIDE / PATCH_REACH)
_APART: Final = PATCH_SIDE // 2
"""Distance from the best place, in cells, from which a place counts as another object's."""


class Lost:
    """An object that was lost, until it is found again or given up.

    Args:
        here: the last picture in which it was found.
        boxes: float64 [1, 4], its box there.
        patch: float32 [1, side, side], its appearance when it was drawn: before it was lost, it may
            already have been half covered.
    """

    def __init__(self, here: SmallFrame, boxes: Boxes, patch: Patches) -> None:
        self._seen, self.since = boxes[0].copy(), here.time
        self._last, self._expected = here, boxes
        self._patch = patch[0]
        self._without: list[int] = []

    def given_up(self, there: SmallFrame) -> bool:
        """Whether it has been lost for too long."""
        return abs(there.time - self.since) > AGAIN_SECONDS

    def passes(self, there: SmallFrame) -> None:
        """Take a picture in which it is not found; its expected place moves with the camera."""
        self._expected = warped(self._expected, motion_between(self._last, there).matrix)
        self._last = there
        self._without.append(there.index)

    def found_in(self, there: SmallFrame) -> Boxes | None:
        """Its box in the next picture, float64 [1, 4]; None if no match is certain."""
        self.passes(there)
        tries = [self._peak(there, grown(self._expected, (scale - 1) / 2)) for scale in SCALES]
        fit, other, place = max(tries, key=itemgetter(0))
        return place if fit >= AGAIN_LIKENESS and fit - other >= LEAD else None

    def _peak(self, there: SmallFrame, boxes: Boxes) -> tuple[float, float, Boxes]:
        """Correlation at the best place, at the best other place, and the best place [1, 4]."""
        (window,) = sample(there, boxes, _CELLS, PATCH_REACH * _CELLS / PATCH_SIDE)
        fit = cv2.matchTemplate(window, self._patch, cv2.TM_CCOEFF_NORMED)
        fit = np.nan_to_num(fit, nan=-1.0, posinf=-1.0, neginf=-1.0)
        y, x = divmod(int(fit.argmax()), fit.shape[1])
        best = float(fit[y, x])
        near = slice(max(0, y - _APART), y + _APART + 1), slice(max(0, x - _APART), x + _APART + 1)
        fit[near] = -1.0
        cells = np.array([x, y]) - (len(fit) - 1) / 2
        size = boxes[:, 2:] - boxes[:, :2]
        move = np.tile(cells * size * PATCH_REACH / PATCH_SIDE, 2)
        return best, float(fit.max()), boxes + move

    def between(self, found: Keyframe) -> Iterator[Keyframe]:
        """Keyframes for the pictures between losing and finding it again: interpolated, and
        enlarged."""
        frames = self._without[: self._without.index(found.frame)]
        start = Box(*map(float, self._seen))
        for i, frame in enumerate(frames, 1):
            box = unseen(start.lerp(found.box, i / (len(frames) + 1)))
            yield Keyframe(frame, box, State.INTERPOLATED)
