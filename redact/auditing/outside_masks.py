"""Checks that the picture outside the masks is the source's."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import isinf
from statistics import median_low
from typing import Final

import cv2
import numpy as np

from ..render import rim_of
from ..words import Message
from .limits import TEXTURE
from .planes import (
    COMPARED_BLOCK,
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

UNEXPLAINED: Final = 20.0
"""Mean difference of a 16×16 block that only a change can explain (`lab.audit.pixels`)."""

LOST_PICTURE: Final = 0.6
"""Mean square error of a plane, relative to its mean square distance from grey or from its mean,
from which it no longer shows the source's picture (`lab.audit.pixels`)."""


class OutsideMasks:
    """Compares frames one by one, and judges them all at the end.

    A chroma sample or a block counts as outside the masks if all of its pixels are.
    """

    def __init__(self) -> None:
        self._luma, self._chroma = array("d"), array("d")
        self._wrong: tuple[list[int], ...] = [], [], []  # blocks, brightness, colours
        self._frames = 0

    def see(self, index: int, both: Both, hidden: Plane | None) -> None:
        """Compare a frame.

        Args:
            index: of the frame.
            both: source and output.
            hidden: uint8 [H, W], not 0 where the two may differ; None if nowhere.
        """
        self._frames += 1
        outside = None if hidden is None else (hidden == 0).view(np.uint8) * np.uint8(255)
        step = both.right, both.down
        coarse = None if outside is None or not both.chroma else coarser(outside, *step)
        luma = _PlaneDifference.of(both.luma, outside)
        colours = [_PlaneDifference.of(pair, coarse) for pair in both.chroma]
        if luma.samples:
            self._luma.append(luma.ratio)
        if colours and colours[0].samples:
            self._chroma.append(min(c.ratio for c in colours))
        least = TEXTURE**2
        wrong = (
            any(
                _changed(plane, outside, size)
                for plane, size in [(luma, (1, 1)), *((c, step) for c in colours)]
            ),
            luma.error > least and luma.error >= LOST_PICTURE * luma.contrast(),
            # None of our codecs is coarser in chroma than in luma.
            any(
                c.error > max(least, luma.error) and c.error >= LOST_PICTURE * c.colour()
                for c in colours
            ),
        )
        for frames, here in zip(self._wrong, wrong, strict=True):
            if here:
                frames.append(index)

    def check(self) -> Check:
        """The verdict on all frames."""
        if not self._luma:
            return Check(_NAME, True, (Message("nothing_outside"),))
        told = [Message("luma_outside", **_lowest_and_median(self._luma))]
        if self._chroma:
            told.append(Message("chroma_outside", **_lowest_and_median(self._chroma)))
        if (bare := self._frames - len(self._luma)) > 0:
            told.append(Message("bare_frames", count=bare))
        blocks, light, colours = self._wrong
        if blocks:
            told.append(Message("blocks_changed", count=len(blocks), first=blocks[0]))
        if light:
            told.append(Message("brightness_changed", count=len(light), first=light[0]))
        if colours:
            told.append(Message("colours_changed", count=len(colours), first=colours[0]))
        return Check(_NAME, not any(self._wrong), tuple(told))


@dataclass(frozen=True, slots=True)
class _PlaneDifference:
    """Comparison of one plane of a frame with the output's.

    Attributes:
        source: the source's samples.
        outside: 255 where samples count, on the plane's grid; None if everywhere.
        difference: absolute difference, 0 where samples do not count.
        samples: number of samples that count.
        error: mean square of their difference.
    """

    source: Plane
    outside: Plane | None
    difference: Plane
    samples: int
    error: float

    @classmethod
    def of(cls, pair: tuple[Plane, Plane], outside: Plane | None) -> _PlaneDifference:
        difference = difference_outside(*pair, outside)
        samples = difference.size if outside is None else cv2.countNonZero(outside)
        error = float(cv2.norm(difference, cv2.NORM_L2SQR)) / max(samples, 1)
        return cls(pair[0], outside, difference, samples, error)

    @property
    def ratio(self) -> float:
        """PSNR in dB; infinite if all samples are equal."""
        return psnr(self.difference, self.samples)

    def contrast(self) -> float:
        """Variance of the whole source plane. Not only of the part outside the masks: if that is
        flat, the edges of masks would weigh too much."""
        return float(cv2.meanStdDev(self.source)[1][0, 0]) ** 2

    def colour(self) -> float:
        """Mean square distance from grey of the source's samples that count."""
        mean, deviation = cv2.meanStdDev(self.source, mask=self.outside)
        return float(deviation[0, 0]) ** 2 + (float(mean[0, 0]) - NEUTRAL) ** 2


def _changed(plane: _PlaneDifference, outside: Plane | None, step: tuple[int, int]) -> bool:
    """Whether a block outside the masks differs by more than a codec can explain.

    A codec that is short of bits loses detail: at worst, a block becomes as flat as it and its
    neighbours are on average, or shows some of their detail. So a block may differ by as much as
    there is detail to lose, in full if the codec loses at least half of all detail.

    Args:
        plane: the comparison.
        outside: uint8 [H, W], 255 outside the masks; None if everywhere.
        step: pixels per sample of the plane, across and down.
    """
    blocks = block_mean(plane.difference, *step)
    if float(blocks.max()) < UNEXPLAINED:
        return False  # nearly always, which saves the rest
    wide = 3 * COMPARED_BLOCK // step[0], 3 * COMPARED_BLOCK // step[1]
    detail = block_mean(np.asarray(cv2.absdiff(plane.source, cv2.blur(plane.source, wide))), *step)
    counted_in = np.ones(blocks.shape, np.bool_) if outside is None else block_least(outside) > 0
    if not counted_in.any():
        return False
    usual, there = (float(np.median(b[counted_in])) for b in (blocks, detail))
    lost = min(1.0, 2 * usual / max(there, 1.0))
    most = cv2.dilate(detail, np.ones((3, 3), np.uint8))
    return bool((blocks - lost * most >= UNEXPLAINED)[counted_in].any())


_NAME = "picture_elsewhere"


def drawn_around(core: Plane, blocks: tuple[int, int] = (2, 2)) -> Plane:
    """Mark where the picture may differ from the source (not 0): the core of the masks and the rim
    around it. Like `redact.render.drawn_area_of`, for a core that is computed already.

    Args:
        core: uint8 [H, W], not 0 in the masks.
        blocks: see `Frame`.
    """
    rim = rim_of(blocks)
    x, y, width, height = cv2.boundingRect(core)
    drawn = core.copy()
    if width == 0:
        return drawn
    # Only around masks: dilating a whole picture takes longer than all comparisons.
    part = slice(max(0, y - rim), y + height + rim), slice(max(0, x - rim), x + width + rim)
    side = 2 * rim + 1
    drawn[part] = cv2.dilate(core[part], np.ones((side, side), np.uint8))
    return drawn


def _lowest_and_median(ratios: array[float]) -> dict[str, float | None]:
    """Lowest and median ratio in dB; None instead of infinity, which JSON does not have."""
    both = {"low": min(ratios), "median": median_low(ratios)}
    return {name: None if isinf(ratio) else ratio for name, ratio in both.items()}
