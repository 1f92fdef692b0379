"""Masks that let go, from one frame to the next, of what they hid.

A detector that is unsure of a face in profile cannot tell that a mask has become too small for
it or slipped off it. The picture can: what was hidden a moment before is still there, pixel for
pixel, and the masks cover it no more. A tracker that jumps to something else leaves such places,
and so may a plan changed by hand.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import Box, Region, State, Target
from .hidden import middle_of, share_of_middle
from .likeness import best_place, sample, sample_around
from .limits import LIMITS, Limits

MakeMask = Callable[[], NDArray[np.uint8]]
"""Makes the mask of a frame, uint8 [H, W], not 0 where it hides: only few frames need theirs."""


@dataclass(slots=True)
class _Lost:
    """A subject whose mask has let go: its look and where it was seen last."""

    target: Target
    look: NDArray[np.float32]
    box: Box


class LetGo:
    """Takes frames in order and remembers where a mask let go of its subject.

    Memory: the luma of one frame, and one patch for each mask that has just let go.

    Attributes:
        places: track id → [(frame, box)], box in upright source pixels.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self.places: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self._before: dict[int, Region] = {}
        self._luma: NDArray[np.uint8] | None = None
        self._lost: dict[int, _Lost] = {}

    def see(
        self, index: int, source: NDArray[np.uint8], regions: Iterable[Region], mask: MakeMask
    ) -> None:
        """Take the next frame.

        Args:
            index: of the frame.
            source: its luma, uint8 [H, W].
            regions: what is hidden in it.
            mask: makes its mask.
        """
        now = {region.track: region for region in regions}
        for track, region in now.items():
            before = self._before.get(track)
            if (
                before is not None
                and track not in self._lost
                and _moved_off(before, region, self._limits)
            ):
                assert self._luma is not None
                look = sample(self._luma, before.box, self._limits.side)
                self._lost[track] = _Lost(before.target, look, before.box)
        mask = functools.cache(mask)  # one for all: drawing it is what takes time in a crowd
        for track, lost in list(self._lost.items()):
            window = sample_around(source, lost.box, self._limits.side)
            found = best_place(lost.look, lost.box, window, self._limits)
            still = track in now and found.value >= self._limits.alike
            if still and self._bare(mask(), found.box, lost.target):
                self.places[track].append((index, found.box))
                lost.box = found.box
            else:
                del self._lost[track]
        self._before, self._luma = now, source

    def _bare(self, mask: NDArray[np.uint8], box: Box, target: Target) -> bool:
        """Whether the masks of a frame leave open what was hidden before."""
        share = share_of_middle(mask, box, target, self._limits.core)
        return share < self._limits.fits


def _moved_off(before: Region, now: Region, limits: Limits) -> bool:
    """Whether a region leaves part of what it hid in the frame before.

    Only what a detector saw there is known to be a subject: boxes that were guessed are larger
    than what they hide.
    """
    tiny = before.box.height < limits.least_height(before.target)
    if before.state is not State.DETECTED or tiny:
        return False
    core = middle_of(before.box, before.target, limits.core)
    return core.common(now.box) < limits.fits * core.area
