"""Finds masks that lose their subject from one frame to the next, by the subject's own pixels.

A detector that is unsure of a face, in profile or behind a gas mask, is also unsure when the mask
slips off it. But a face hardly changes from one frame to the next: what looks exactly like the
hidden subject, where the subject should be, is the subject. A mask that was on nobody, or too
large, also lets go what it hid, so a place counts only if a detector sees something there, however
faintly, that no mask hides (`SecondOpinion`).
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..track import SmallFrame, levels_of, sample
from ..types import MOSTLY_INSIDE, Box, Region, State, Target
from .limits import TEXTURE, least_height
from .what_is_hidden import MakeMask, middle_of, share_of_middle, with_boxes

SAME_LOOK: Final = 0.85
"""Smallest likeness for the same object: of 14 different objects in such a place, one was as
similar. A correlation."""

TEMPLATE_SIDE: Final = 24
"""Samples along each side of a compared patch: enough to distinguish two faces, too few for codec
noise to matter."""


def best_place(template: NDArray[np.float32], box: Box, here: SmallFrame) -> tuple[Box, float]:
    """The place in a picture around `box` that is most like a subject, and the correlation there,
    from -1 to 1.

    Args:
        template: `sample` of the subject.
        box: where the subject is expected.
        here: the picture.
    """
    if float(template.std()) < TEXTURE:
        return box, -1.0
    (window,) = sample(here, np.array([box]), 2 * TEMPLATE_SIDE, 2.0)
    fit = np.nan_to_num(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), nan=-1.0)
    row, column = divmod(int(fit.argmax()), fit.shape[1])
    dx = (column / TEMPLATE_SIDE - 0.5) * box.width
    dy = (row / TEMPLATE_SIDE - 0.5) * box.height
    return Box(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy), float(fit[row, column])


@dataclass(slots=True)
class _Lost:
    """A subject that its mask has lost: its template, and where it was seen last."""

    target: Target
    template: NDArray[np.float32]
    box: Box

    def place(self, here: SmallFrame, masked: Box, bare: Callable[[Box], bool]) -> Box | None:
        """Where it is visible in a frame, None where it is covered or gone.

        Args:
            here: the picture.
            masked: what its mask covers there.
            bare: whether the masks leave a box visible.
        """
        box, likeness = best_place(self.template, self.box, here)
        if likeness < SAME_LOOK or not bare(box):
            return None
        # When a camera jolts, the mask goes along with the subject, and what stays behind only
        # looks like it.
        (x, y), (left, top) = masked.centre, self.box.centre
        along, more = best_place(self.template, self.box.moved(x - left, y - top), here)
        return None if more > likeness and not bare(along) else box


class Place(NamedTuple):
    """Where the mask of a track has lost its subject in one frame, in upright source pixels."""

    track: int
    target: Target
    box: Box


class LetGo:
    """Takes frames in order and records where a mask has lost its subject.

    It holds the luma of one frame, and one patch for each lost subject.

    Attributes:
        places: track id → (frame, box in upright source pixels).
    """

    def __init__(self) -> None:
        self.places: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self._before: dict[int, Region] = {}
        self._luma: NDArray[np.uint8] | None = None
        self._lost: dict[int, _Lost] = {}

    def see(
        self, index: int, source: NDArray[np.uint8], regions: Iterable[Region], mask: MakeMask
    ) -> list[Place]:
        """Take the next frame; returns the places in it.

        Args:
            index: of the frame.
            source: its luma, uint8 [H, W].
            regions: that are hidden in it.
            mask: makes its mask.
        """
        now = {region.track: region for region in regions}
        for track, region in now.items():
            before = self._before.get(track)
            if before is not None and track not in self._lost and _moved_off(before, region):
                assert self._luma is not None
                (template,) = sample(_small(self._luma), np.array([before.box]), TEMPLATE_SIDE, 1.0)
                self._lost[track] = _Lost(before.target, template, before.box)
        mask = functools.cache(mask)  # drawing the mask of a crowd takes long
        here = _small(source) if self._lost else None
        found = list[Place]()
        for track, lost in list(self._lost.items()):

            def bare(box: Box, target: Target = lost.target) -> bool:
                hidden = mask()
                if target is Target.PERSON:
                    hidden = with_boxes(hidden, list(now.values()))
                return share_of_middle(hidden, box, target) < MOSTLY_INSIDE

            assert here is not None
            place = lost.place(here, now[track].box, bare) if track in now else None
            if place is None:
                del self._lost[track]
            else:
                self.places[track].append((index, place))
                found.append(Place(track, lost.target, place))
                lost.box = place
        self._before, self._luma = now, source
        return found


def _small(luma: NDArray[np.uint8]) -> SmallFrame:
    """A picture at its full size, to be sampled."""
    return SmallFrame(0, 0.0, levels_of(luma), 1.0, False)


def _moved_off(before: Region, now: Region) -> bool:
    """Whether a region no longer covers part of what it hid in the previous frame.

    Only boxes that were detected count, because guessed ones are larger than the subject.
    """
    tiny = before.box.height < least_height(before.target)
    if before.state is not State.DETECTED or tiny:
        return False
    core = middle_of(before.box, before.target)
    return core.common(now.box) < MOSTLY_INSIDE * core.area
