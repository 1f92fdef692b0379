"""Where the recording of a still camera may have jumped.

A jump may change no more of the picture than people who walk through it, so that it is not a cut
(`cuts`). But somebody else may now stand in the same place: a track ends there unless the person in
its box still looks the same, so that a decision to keep one person never shows another.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median
from typing import Final

from .cuts import likeness
from .small_pictures import SmallFrame

PICTURES_BEFORE: Final = 4
"""How many pictures before a picture tell how much usually changes: a sixth of a second."""

LOST_CORNERS: Final = 0.08
"""Share of corners that do not follow the camera from which pictures are compared. It decides cost
alone: in 54 clips the same jumps are found if every picture is compared."""

LEAST_UNLIKENESS: Final = 0.08
"""Unlikeness (1 - `likeness`) of a picture to the one before from which there may be a jump."""

TIMES_THE_USUAL: Final = 4.0
"""The same in times the median of the pictures before. Both were chosen on 67 jumps of still
cameras: of 35 others, a kept person's track went on over somebody else at 2 instead of 9."""


class RecordingJumps:
    """Takes undamaged pictures in order."""

    def __init__(self) -> None:
        self._recent: deque[SmallFrame] = deque(maxlen=PICTURES_BEFORE + 2)

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Whether the recording may have jumped before this picture.

        Args:
            agreed: share of corners that followed the camera from the picture before.
        """
        self._recent.append(small)
        if 1 - agreed < LOST_CORNERS or len(self._recent) < 2:
            return False
        *before, now = (_unlikeness(*pair) for pair in pairwise(self._recent))
        return now >= max(LEAST_UNLIKENESS, TIMES_THE_USUAL * median(before or [0.0]))


def _unlikeness(before: SmallFrame, now: SmallFrame) -> float:
    """Of neighbours; 0 if a flash has burnt one out."""
    alike = likeness(before, now)
    return 0.0 if alike is None else 1 - alike
