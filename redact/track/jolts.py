"""Jolts: pictures that differ from the one before much more than those before them, as when
the recording of a still camera jumps.

Such a jump may change no more of the picture than people walking through it, so that it is not a
cut (`cuts`). But a different person may now stand in the same place. So a track ends there, unless
the person in its box was seen to go on.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median
from typing import Final

from .cuts import likeness
from .small_pictures import SmallFrame

COMPARED_PICTURES: Final = 4
"""Number of pictures before that one is compared with: a sixth of a second."""

LOST: Final = 0.08
"""Share of corners that must stop following the camera for a picture to be compared; and it must be
more than in any picture of the third of a second before. It decides cost alone: in 54 clips of dev
and of street footage the same jolts are found if every picture is compared."""

LEAST_JOLT: Final = 0.08
"""Unlikeness to the picture before, at least."""

SUDDEN: Final = 4.0
"""Unlikeness, in times what is usual in the pictures before."""

TIMES_AS_UNLIKE: Final = 1.5
"""Unlikeness, in times that of any picture before. Chosen, like the others, on 67 such jumps of
cameras of dev and of those that networks learned from."""


class Jolts:
    """Takes pictures in order."""

    def __init__(self) -> None:
        self._recent: deque[SmallFrame] = deque(maxlen=COMPARED_PICTURES + 2)
        self._lost: deque[float] = deque(maxlen=2 * COMPARED_PICTURES)

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Take an undamaged picture; returns whether it is a jolt.

        Args:
            small: the picture.
            agreed: share of corners that followed the camera from the picture before.
        """
        lost, before = 1 - agreed, max(self._lost, default=0.0)
        self._lost.append(lost)
        self._recent.append(small)
        if lost < LOST or lost <= before or len(self._recent) < 2:
            return False
        *around, unlike = (_unlikeness(*pair) for pair in pairwise(self._recent))
        usual = median(around) if around else 0.0
        most = max(LEAST_JOLT, SUDDEN * usual, TIMES_AS_UNLIKE * max(around, default=0.0))
        return unlike >= most


def _unlikeness(before: SmallFrame, now: SmallFrame) -> float:
    """That of neighbours; 0 if a flash has burnt them out."""
    alike = likeness(before, now)
    return 0.0 if alike is None else 1 - alike
