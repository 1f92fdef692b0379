"""Outside the masks, is the picture the source's?"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isinf
from statistics import median_low

import cv2
import numpy as np
from numpy.typing import NDArray

from ..messages import Message
from ..render import RIM
from .limits import LIMITS, Limits
from .planes import (
    NEUTRAL,
    Both,
    Plane,
    block_least,
    block_mean,
    coarser,
    difference_outside,
    psnr,
)
from .result import Check


class OutsideMasks:
    """Takes frames one by one, and judges all of them at the end.

    A chroma sample lies outside where all of its pixels do, and a block where all of it does.

    Args:
        blocks: whether single blocks are judged as well: for that it must be told what is
            hidden, not worked out from the pixels.
    """

    def __init__(self, blocks: bool, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._blocks = blocks
        self._luma, self._chroma = array("d"), array("d")
        self._changed: list[int] = []
        self._lost: list[int] = []
        self._frames = 0

    def see(self, index: int, both: Both, hidden: Plane | None) -> None:
        """Take a frame.

        Args:
            index: of the frame.
            both: source and output.
            hidden: what may differ, not 0 there, a sample for each pixel; None for nothing.
        """
        self._frames += 1
        outside = None if hidden is None else (hidden == 0).view(np.uint8) * np.uint8(255)
        changed = self._compare(self._luma, [both.luma], outside, outside, (1, 1))
        if both.chroma:
            step = both.right, both.down
            coarse = None if outside is None else coarser(outside, *step)
            changed |= self._compare(self._chroma, both.chroma, coarse, outside, step)
            if any(_lost_colour(*pair, coarse, self._limits) for pair in both.chroma):
                self._lost.append(index)
        if changed:
            self._changed.append(index)

    def _compare(
        self,
        ratios: array[float],
        pairs: Sequence[tuple[Plane, Plane]],
        here: Plane | None,
        outside: Plane | None,
        step: tuple[int, int],
    ) -> bool:
        """Note the lowest PSNR of some planes; whether a block of one of them was changed.

        Args:
            here: `outside` on the grid of the planes.
            step: pixels per sample of the planes, across and down.
        """
        differences = [difference_outside(*pair, here) for pair in pairs]
        samples = _samples(differences[0], here)
        if samples == 0:
            return False
        ratios.append(min(psnr(d, samples) for d in differences))
        return self._blocks and any(
            _changed(block_mean(d, *step), outside, self._limits) for d in differences
        )

    def check(self) -> Check:
        """The verdict on all frames."""
        if not self._luma:
            return Check(_NAME, True, (Message("nothing_outside"),))
        told = [Message("luma_outside", **_lowest_and_median(self._luma))]
        if self._chroma:
            told.append(Message("chroma_outside", **_lowest_and_median(self._chroma)))
        if (bare := self._frames - len(self._luma)) > 0:
            told.append(Message("bare_frames", count=bare))
        if blocks := self._changed:
            told.append(Message("blocks_changed", count=len(blocks), first=blocks[0]))
        if lost := self._lost:
            told.append(Message("colours_changed", count=len(lost), first=lost[0]))
        low = min(*self._luma, *self._chroma) if self._chroma else min(self._luma)
        return Check(
            _NAME,
            low >= self._limits.least_psnr and not self._changed and not self._lost,
            tuple(told),
        )


def _samples(plane: Plane, outside: Plane | None) -> int:
    """How many samples of a plane lie outside."""
    return plane.size if outside is None else cv2.countNonZero(outside)


def _changed(blocks: NDArray[np.float32], outside: Plane | None, limits: Limits) -> bool:
    """Whether a block that lies outside the masks differs by more than a codec explains.

    Args:
        blocks: mean difference of each.
        outside: 255 outside, a sample for each pixel; None for everywhere.
    """
    if float(blocks.max()) < limits.block:
        return False  # nearly always, so only now is it asked which blocks count
    if outside is not None:
        blocks = blocks[block_least(outside) > 0]
    coarse = limits.coarse_times * float(np.median(blocks)) if blocks.size else 0.0
    limit = min(max(limits.block, coarse), limits.coarse_most)
    return bool((blocks >= limit).any())


def _lost_colour(source: Plane, output: Plane, outside: Plane | None, limits: Limits) -> bool:
    """Whether a chroma plane is so far off that its colours are lost, or other ones."""
    difference = difference_outside(source, output, outside)
    samples = _samples(difference, outside)
    if samples == 0 or psnr(difference, samples) >= limits.faint_colour:
        return False
    colour = difference_outside(source, np.full_like(source, NEUTRAL), outside)
    error, there = (cv2.norm(d, cv2.NORM_L2SQR) for d in (difference, colour))
    return error >= limits.lost_colour * there


_NAME = "picture_elsewhere"


def drawn_around(core: Plane) -> Plane:
    """What may differ from the source around the cores of masks (not 0 there), not 0 either.

    The same as `redact.render.drawn_area_of`, of a core that has been made already.
    """
    x, y, width, height = cv2.boundingRect(core)
    drawn = core.copy()
    if width == 0:
        return drawn
    # Only where there are masks: of a whole picture this takes longer than all comparing.
    part = slice(max(0, y - RIM), y + height + RIM), slice(max(0, x - RIM), x + width + RIM)
    side = 2 * RIM + 1
    drawn[part] = cv2.dilate(core[part], np.ones((side, side), np.uint8))
    return drawn


def _lowest_and_median(ratios: array[float]) -> dict[str, float | None]:
    """In dB, None where there is no difference: JSON knows no infinite number."""
    both = {"low": min(ratios), "median": median_low(ratios)}
    return {name: None if isinf(ratio) else ratio for name, ratio in both.items()}
