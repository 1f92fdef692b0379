"""Finds masks that lose their subject from one frame to the next, by the subject's own pixels.

A detector that is unsure of a face, in profile or behind a gas mask, is also unsure when the mask
slips off it. But a face hardly changes from one frame to the next: what looks exactly like the
hidden subject, where the subject should be, is the subject.
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
"""Samples along each side of a compared patch: enough to distinguish two faces, too few for codec
noise to matter."""


def best_place(
    template: NDArray[np.float32],
    box: Box,
    window: NDArray[np.float32],
) -> tuple[Box, float]:
    """Best match of a template in a window around `box`: its box in upright source pixels, and the
    normalised correlation, from -1 to 1.

    Args:
        template: `sample` of the subject, with `TEMPLATE_SIDE` samples along each side.
        box: where the subject is expected, in upright source pixels.
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
    """A box enlarged by half its size on each side, with the same sample spacing as `sample`:
    float32 [2·side, 2·side]."""
    return sample(luma, box.grown(0.5), 2 * side)


def sample(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box resampled to float32 [side, side]; beyond the picture, border pixels repeat."""
    width, height = max(box.width, 1e-3), max(box.height, 1e-3)
    # Averaged to about twice the samples first, to avoid aliasing of large faces.
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
    """A subject that its mask has lost: its template, and where it was seen last."""

    target: Target
    template: NDArray[np.float32]
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
    ) -> None:
        """Take the next frame.

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
                template = sample(self._luma, before.box, TEMPLATE_SIDE)
                self._lost[track] = _Lost(before.target, template, before.box)
        mask = functools.cache(mask)  # drawing the mask of a crowd takes long
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
        """Whether the masks of a frame leave a subject visible that was hidden before."""
        if target is Target.PERSON:
            mask = with_boxes(mask, regions)
        share = share_of_middle(mask, box, target)
        return share < FITS


def _moved_off(before: Region, now: Region) -> bool:
    """Whether a region no longer covers part of what it hid in the previous frame.

    Only boxes that were detected count, because guessed ones are larger than the subject.
    """
    tiny = before.box.height < least_height(before.target)
    if before.state is not State.DETECTED or tiny:
        return False
    core = middle_of(before.box, before.target)
    return core.common(now.box) < FITS * core.area
