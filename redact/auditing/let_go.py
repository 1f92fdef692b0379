"""Did a mask let go of what it hid, from one frame to the next? Its own pixels tell.

A detector that is unsure of a face behind a gas mask, or in profile, is as unsure beside the mask
as under it, and cannot tell that the mask slipped off. But a face does not change from one frame to
the next: what looks exactly like the hidden subject, where the subject would be, is the subject.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..track import SAME_LOOK
from ..types import Box, Region, State, Target
from .limits import FITS, TEXTURE, least_height
from .what_is_hidden import MakeMask, middle_of, share_of_middle, with_boxes

TEMPLATE_SIDE: Final = 24
"""Samples along a side of a patch that is compared: enough to tell two faces, too few for a codec's
errors."""


def best_place(
    template: NDArray[np.float32],
    box: Box,
    window: NDArray[np.float32],
) -> tuple[Box, float]:
    """Best place of a template in a window around `box`, and its normalised correlation there, from
    -1 to 1.

    Args:
        template: `sample` of the subject, `TEMPLATE_SIDE` samples along a side.
        box: where it is expected, upright source pixels.
        window: `sample_around` of the frame at that box.
    """
    if float(template.std()) < TEXTURE:
        return box, -1.0
    fit = np.nan_to_num(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), nan=-1.0)
    row, column = divmod(int(fit.argmax()), fit.shape[1])
    dx = (column / TEMPLATE_SIDE - 0.5) * box.width
    dy = (row / TEMPLATE_SIDE - 0.5) * box.height
    moved = Box(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
    return moved, float(np.clip(fit[row, column], -1.0, 1.0))


def sample_around(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box enlarged by half its size on every side, in samples as far apart as those of
    `sample`."""
    return sample(luma, box.grown(0.5), 2 * side)


def sample(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box as side × side samples, float32; beyond the picture its border goes on."""
    width, height = max(box.width, 1e-3), max(box.height, 1e-3)
    # Averaged to about twice the samples first, or a large face would alias.
    step = max(1, int(min(width, height) // (2 * side)))
    x1, y1 = int(box.x1) - step, int(box.y1) - step
    x2, y2 = int(box.x2) + 2 * step, int(box.y2) + 2 * step
    rows = np.clip(np.arange(y1, y2), 0, luma.shape[0] - 1)
    columns = np.clip(np.arange(x1, x2), 0, luma.shape[1] - 1)
    part = luma[np.ix_(rows, columns)]
    size = max(1, part.shape[1] // step), max(1, part.shape[0] // step)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    zoom_x, zoom_y = size[0] / part.shape[1], size[1] / part.shape[0]
    at = (np.arange(side) + 0.5) / side
    x = ((box.x1 - x1 + at * width) * zoom_x - 0.5).astype(np.float32)
    y = ((box.y1 - y1 + at * height) * zoom_y - 0.5).astype(np.float32)
    across, down = np.meshgrid(x, y)
    return np.asarray(cv2.remap(small, across, down, cv2.INTER_LINEAR), np.float32)


@dataclass(slots=True)
class _Lost:
    """A subject whose mask has let go: its template and where it was seen last."""

    target: Target
    template: NDArray[np.float32]
    box: Box


class LetGo:
    """Takes frames in order and remembers where a mask let go of its subject.

    Memory: the luma of one frame, and one patch for each mask that has just let go.

    Attributes:
        places: track id → [(frame, box)], box in upright source pixels.
    """

    def __init__(self) -> None:
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
            if before is not None and track not in self._lost and _moved_off(before, region):
                assert self._luma is not None
                template = sample(self._luma, before.box, TEMPLATE_SIDE)
                self._lost[track] = _Lost(before.target, template, before.box)
        mask = functools.cache(mask)  # one for all: drawing it is what takes time in a crowd
        for track, lost in list(self._lost.items()):
            window = sample_around(source, lost.box, TEMPLATE_SIDE)
            box, likeness = best_place(lost.template, lost.box, window)
            still = track in now and likeness >= SAME_LOOK
            if still and self._bare(mask(), box, lost.target, list(now.values())):
                self.places[track].append((index, box))
                lost.box = box
            else:
                del self._lost[track]
        self._before, self._luma = now, source

    def _bare(
        self, mask: NDArray[np.uint8], box: Box, target: Target, regions: list[Region]
    ) -> bool:
        """Whether the masks of a frame leave open what was hidden before."""
        if target is Target.PERSON:
            mask = with_boxes(mask, regions)
        share = share_of_middle(mask, box, target)
        return share < FITS


def _moved_off(before: Region, now: Region) -> bool:
    """Whether a region leaves part of what it hid in the frame before.

    Only what a detector saw there is known to be a subject: boxes that were guessed are larger
    than what they hide.
    """
    tiny = before.box.height < least_height(before.target)
    if before.state is not State.DETECTED or tiny:
        return False
    core = middle_of(before.box, before.target)
    return core.common(now.box) < FITS * core.area
