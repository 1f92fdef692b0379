"""Pictures in which much moves at once, as where the recording of a still camera jumps.

Such a jump may move no more of the picture than people who walk through it, so that it is no cut
(`cuts`). But more moves than just before and just after, and somebody else may stand where somebody
stood. There a track ends, unless who is in its box was seen to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

AROUND: Final = 8
"""Pictures before, and after, by which it is told how much moves usually: a third of a second."""

SUDDEN: Final = 3.0
"""Times as many corners as usual that stop following the camera."""

ALONE: Final = 1.5
"""Times as many as in any other picture around: who begins to run is fast in the next one, too.
Both were chosen on 32 such jumps of cameras of dev and of those that networks learned from."""

USUAL: Final = 0.02
"""Share of corners that are lost in any picture, at least: two of a hundred are chance."""


class Jolts:
    """Pictures are pushed in order; what they are is known for sure after the last."""

    def __init__(self) -> None:
        self._frames: list[int] = []
        self._lost: list[float] = []

    def push(self, frame: int, agreed: float) -> bool:
        """Take a picture; whether it may be one.

        Args:
            frame: its index.
            agreed: share of corners that followed the camera from the picture before.
        """
        self._frames.append(frame)
        self._lost.append(1 - agreed)
        return _stands_out(1 - agreed, self._lost[-1 - AROUND : -1], 1.0)

    def frames(self) -> list[int]:
        """Indices of all that were one, rising."""
        found = []
        for at, (frame, lost) in enumerate(zip(self._frames, self._lost, strict=True)):
            before = self._lost[max(0, at - AROUND) : at]
            around = [*before, *self._lost[at + 1 : at + 1 + AROUND]]
            if _stands_out(lost, before, 1.0) and _stands_out(lost, around, ALONE):
                found.append(frame)
        return found


def _stands_out(lost: float, others: Sequence[float], alone: float) -> bool:
    if len(others) < 3 or lost < alone * max(others):
        return False
    return lost >= SUDDEN * max(USUAL, median(others))
