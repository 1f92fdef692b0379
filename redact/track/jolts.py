"""Jolts: pictures that differ from the one before much more than the pictures around them, as when
the recording of a still camera jumps.

Such a jump may change no more of the picture than people walking through it, so that it is not a
cut (`cuts`). But a different person may now stand in the same place. So a track ends there, unless
the person in its box was seen to go on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from .cuts import likeness
from .small_pictures import SmallFrame

COMPARED_PICTURES: Final = 4
"""Number of pictures before, and after, that one is compared with: a sixth of a second."""

LOST: Final = 0.08
"""Share of corners that must stop following the camera for a picture to be compared; and it must be
more than in any picture of the third of a second before. It decides cost alone: in 54 clips of dev
and of street footage the same jolts are found if every picture is compared."""

LEAST_JOLT: Final = 0.08
"""Unlikeness to the picture before, at least."""

SUDDEN: Final = 4.0
"""Unlikeness, in times what is usual in the pictures around."""

TIMES_AS_UNLIKE: Final = 1.5
"""Unlikeness, in times that of any picture around: somebody who begins to run is as fast in the
next one. Chosen, like the others, on 67 such jumps of cameras of dev and of those that networks
learned from."""


@dataclass(slots=True)
class _Jolt:
    """Attributes:
    frame: its index.
    unlike: its unlikeness to the picture before.
    around: the same for the pictures before and after.
    """

    frame: int
    unlike: float
    around: list[float] = field(default_factory=list)

    def stands_out(self) -> bool:
        usual = median(self.around) if self.around else 0.0
        return self.unlike >= max(SUDDEN * usual, TIMES_AS_UNLIKE * max(self.around, default=0.0))


class Jolts:
    """Takes pictures in order; which of them were jolts is certain a little later."""

    def __init__(self) -> None:
        self._found: list[_Jolt] = []
        self._recent: deque[SmallFrame] = deque(maxlen=COMPARED_PICTURES + 2)
        self._lost: deque[float] = deque(maxlen=2 * COMPARED_PICTURES)
        self._unlike: dict[int, float] = {}

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Take an undamaged picture; returns whether it may be a jolt.

        Args:
            small: the picture.
            agreed: share of corners that followed the camera from the picture before.
        """
        lost, before = 1 - agreed, [*self._lost]
        self._lost.append(lost)
        self._recent.append(small)
        for jolt in self._found[-1:]:
            if len(jolt.around) < 2 * COMPARED_PICTURES:
                jolt.around.append(self._last_unlike())
        if lost < LOST or lost <= max(before, default=0.0):
            return False
        jolt = _Jolt(small.index, self._last_unlike())
        if jolt.unlike < LEAST_JOLT:
            return False
        jolt.around = [self._unlikeness(*pair) for pair in pairwise([*self._recent][:-1])]
        if not jolt.stands_out():
            return False
        self._found.append(jolt)
        return True

    def frames(self) -> list[int]:
        """Indices of all jolts, rising."""
        return [jolt.frame for jolt in self._found if jolt.stands_out()]

    def _last_unlike(self) -> float:
        """Unlikeness of the last two pictures; 0 of a single one."""
        return self._unlikeness(*[*self._recent][-2:]) if len(self._recent) > 1 else 0.0

    def _unlikeness(self, before: SmallFrame, now: SmallFrame) -> float:
        """That of neighbours, computed once; 0 if a flash has burnt them out."""
        if now.index not in self._unlike:
            alike = likeness(before, now)
            first = self._recent[0].index
            self._unlike = {i: unlike for i, unlike in self._unlike.items() if i > first}
            self._unlike[now.index] = 0.0 if alike is None else 1 - alike
        return self._unlike[now.index]
