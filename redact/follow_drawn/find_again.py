"""Finding a drawn thing again that was covered for a while: a post, a passer-by, a bus.

It is searched for by its appearance, in a place that grows with the time that it was away. It is
taken only if nothing else there looks nearly as much like it, and if it can be followed from there;
else the mask ends where the thing was lost, and nothing jumps onto somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from ..mask_size import unseen
from ..track import PATCH_REACH, PATCH_SIDE, Patches, SmallFrame, motion_between, sample, warped
from ..types import WALKING_PACE, Box, Boxes, Keyframe, State

AGAIN_SECONDS: Final = 3.0
"""Seconds for which it is searched for: who was away for longer comes back from anywhere
(chosen)."""

AGAIN_LIKENESS: Final = 0.8
"""Correlation with its patches from which something may be it. Of some 40 things of five clips of
footage2 (dev) that were covered for .4 and 1.2 s, 7 were found again before there was this, and 25
with .8; the mask was on something else 3 and 5 times (`python -m lab.found_again`)."""

LEAD: Final = 1 - AGAIN_LIKENESS
"""By how much less anything else near has to be like it: as much as it may be unlike itself."""

_FARTHEST: Final = 3.0
"""Of its own sizes, that are searched on each side."""

_SCALES: Final = (0.84, 1.0, 1.19)
"""Sizes that are tried: it may have come nearer."""

_CELLS: Final = int((2 * _FARTHEST + 1) * PATCH_SIDE / PATCH_REACH)
_APART: Final = PATCH_SIDE // 2
"""Cells from the best place from which another one is another thing."""


class Lost:
    """What was lost, until it is found again or given up.

    Args:
        here: the picture in which it was seen last.
        boxes: [1, 4] where it was.
        patches: [1, side, side] each: what it looked like before anything came before it.
    """

    def __init__(self, here: SmallFrame, boxes: Boxes, patches: tuple[Patches, Patches]) -> None:
        self._seen, self.since = boxes[0].copy(), here.time
        self._last, self._expected = here, boxes
        self._patches = tuple(patch[0] for patch in patches)
        self._without: list[int] = []

    def given_up(self, there: SmallFrame) -> bool:
        """Whether it is too late to be found again."""
        return abs(there.time - self.since) > AGAIN_SECONDS

    def passes(self, there: SmallFrame) -> None:
        """A picture in which it is not seen."""
        self._expected = warped(self._expected, motion_between(self._last, there).matrix)
        self._last = there
        self._without.append(there.index)

    def found_in(self, there: SmallFrame) -> Boxes | None:
        """Where it is in the next picture, [1, 4]; None if it is not found, or not for sure."""
        self.passes(there)
        away = 1 + WALKING_PACE * abs(there.time - self.since)
        best: tuple[float, float, Boxes] = (-1.0, -1.0, self._expected)
        for scale in _SCALES:
            best = max(best, self._peak(there, _scaled(self._expected, scale), away), key=_fit)
        fit, other, place = best
        return place if fit >= AGAIN_LIKENESS and fit - other >= LEAD else None

    def _peak(self, there: SmallFrame, boxes: Boxes, away: float) -> tuple[float, float, Boxes]:
        """Correlation at the best place, at the best one that is another, and the best place."""
        (window,) = sample(there, boxes, _CELLS, PATCH_REACH * _CELLS / PATCH_SIDE)
        fits = [cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED) for patch in self._patches]
        fit = np.nan_to_num(np.maximum(*fits), nan=-1.0, posinf=-1.0, neginf=-1.0)
        side = np.arange(len(fit)) - (len(fit) - 1) / 2
        reach = away * PATCH_SIDE / PATCH_REACH
        fit[side[:, None] ** 2 + side[None, :] ** 2 > reach**2] = -1.0
        y, x = divmod(int(fit.argmax()), fit.shape[1])
        best = float(fit[y, x])
        near = slice(max(0, y - _APART), y + _APART + 1), slice(max(0, x - _APART), x + _APART + 1)
        fit[near] = -1.0
        cells = np.array([x, y]) - (len(side) - 1) / 2
        size = boxes[:, 2:] - boxes[:, :2]
        move = np.tile(cells * size * PATCH_REACH / PATCH_SIDE, 2)
        return best, float(fit.max()), boxes + move

    def between(self, found: Keyframe) -> Iterator[Keyframe]:
        """The mask in the pictures between where it was lost and where it was found again: evenly
        on the way from one to the other, and larger."""
        frames = self._without[: self._without.index(found.frame)]
        start = Box(*map(float, self._seen))
        for i, frame in enumerate(frames, 1):
            box = unseen(start.lerp(found.box, i / (len(frames) + 1)))
            yield Keyframe(frame, box, State.INTERPOLATED)


def _fit(found: tuple[float, float, Boxes]) -> float:
    return found[0]


def _scaled(boxes: Boxes, scale: float) -> Boxes:
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) * scale / 2
    return np.hstack([centre - half, centre + half])
