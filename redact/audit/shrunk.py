"""Masks that let go, from one frame to the next, of part of what they hid.

A detector that is unsure of a face in profile cannot tell that a mask has become too small for
it. The picture can: what was hidden a moment before is still there, pixel for pixel, and the mask
covers it no more. Our tracker makes no such masks; a plan changed by hand may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Box, Region, State
from .cover import share_covered
from .limits import FIT_CORE, FITS
from .looks import SIDE, best_place, sample, sample_around

SUDDEN: Final = 0.5
"""Share of its area that a box must keep from one frame to the next: no subject shrinks faster."""


STILL: Final = 0.8
"""Correlation from which a place shows what was hidden. Lower than `ALIKE`: the subject moves on
between the first frame and the last, and nothing else lies where it was."""


@dataclass(slots=True)
class _Lost:
    """A subject whose mask has shrunk: its look and where it was seen last."""

    look: NDArray[np.float32]
    box: Box


class Shrinkage:
    """Takes frames in order and remembers where a mask let go of its subject.

    Memory: the luma of one frame, and one patch for each mask that has just shrunk.

    Attributes:
        places: track id → [(frame, box)], box in upright source pixels.
    """

    def __init__(self) -> None:
        self.places: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self._before: dict[int, Region] = {}
        self._luma: NDArray[np.uint8] | None = None
        self._lost: dict[int, _Lost] = {}

    def see(
        self,
        index: int,
        source: NDArray[np.uint8],
        regions: Iterable[Region],
        mask: Callable[[], NDArray[np.uint8]],
    ) -> None:
        """Take the next frame.

        Args:
            index: of the frame.
            source: its luma, uint8 [H, W].
            regions: what is hidden in it.
            mask: makes the mask of the frame, uint8 [H, W], not 0 where it hides.
        """
        now = {region.track: region for region in regions}
        for track, region in now.items():
            if track not in self._lost and self._sudden(region):
                before = self._before[track].box
                assert self._luma is not None
                self._lost[track] = _Lost(sample(self._luma, before, SIDE), before)
        for track, lost in list(self._lost.items()):
            found = best_place(lost.look, lost.box, sample_around(source, lost.box))
            bare = found.value >= STILL and share_covered(mask(), found.box.grown(-FIT_CORE)) < FITS
            if track in now and bare:
                self.places[track].append((index, found.box))
                lost.box = found.box
            else:
                del self._lost[track]
        self._before, self._luma = now, source

    def _sudden(self, region: Region) -> bool:
        before = self._before.get(region.track)
        if before is None or {before.state, region.state} != {State.DETECTED}:
            return False  # boxes that were guessed are larger than what they hide
        return region.box.area < SUDDEN * before.box.area
