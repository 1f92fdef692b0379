"""What is hidden in a frame where no plan tells: what the output no longer shows of the source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import NEARLY_ALL, Region
from .limits import DETAIL, TEXTURE
from .planes import COMPARED_BLOCK, block_difference

LEAST_CHANGE: Final = 6.0
"""Without a plan, mean difference of a 16×16 block that may be hidden (`lab.audit.pixels`)."""

LEAST_CHANGE_TIMES: Final = 3.0
"""At least so many times what the least changed blocks differ by (`lab.audit.pixels`)."""

DETAIL_WINDOW: Final = COMPARED_BLOCK - 1
"""Side in pixels of the window in which the two pictures are correlated: as large as a block, and
odd, so that it has a middle."""

DETAIL_SCALES: Final = (1, 2, 4)
"""Scales at which that is done: a strong blur or a mosaic leaves coarse detail alone, which is
enough of a large face."""


class PixelCovers:
    """Hidden is what differs from the source by more than a codec explains and has lost its detail.

    A face that was made brighter, lightly blurred or made of small blocks has changed, too, and
    is still there. So a changed place only counts as hidden where the source's detail is gone at
    every scale. Flat parts of what was hidden may by chance equal their fill, so the convex hull of
    every connected area counts.
    """

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        changed = _changed(source, output)
        if not changed.any():
            return changed
        left = survives(source, output, changed)
        # The outline of a cover may resemble that of a head; within it there is nothing to see.
        left[_one_tone(output, changed) > 0] = 0
        hidden = np.asarray(cv2.subtract(changed, left), np.uint8)
        # Narrower than five pixels is the rim of what survives, not something that was drawn.
        gone = cv2.morphologyEx(hidden, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        outlines, _ = cv2.findContours(gone, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hulls = np.zeros_like(gone)
        for outline in outlines:
            cv2.fillConvexPoly(hulls, cv2.convexHull(outline), 1)
        return np.asarray(cv2.subtract(hulls, left), np.uint8)

    def kept(self, index: int) -> list[Region]:
        return []

    def alarms(self, kept: list[Region]) -> frozenset[int]:
        return frozenset()


def _changed(source: NDArray[np.uint8], output: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels of 16×16 blocks that differ by more than a codec explains, uint8 [H, W], 0 or 1."""
    blocks = block_difference(source, output)
    # Nearly all of the picture may be hidden: what the codec does is told by the rest.
    usual = float(np.quantile(blocks, 1 - NEARLY_ALL))
    limit = max(LEAST_CHANGE, LEAST_CHANGE_TIMES * usual)
    marked = cv2.morphologyEx(
        (blocks >= limit).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    )
    height, width = source.shape
    size = (blocks.shape[1] * COMPARED_BLOCK, blocks.shape[0] * COMPARED_BLOCK)
    full = cv2.resize(marked, size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(full[:height, :width])


def _one_tone(output: NDArray[np.uint8], changed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where one flat tone fills much of a changed place, uint8 [H, W], 1 where so.

    Not in coarse blocks, each of a tone of its own: together they may show who was there.
    """
    values, window = output.astype(np.float32), (5, 5)
    spread = cv2.blur(values * values, window) - cv2.blur(values, window) ** 2
    flat = (spread <= (TEXTURE / 3) ** 2).view(np.uint8) & changed
    _, places, sizes, _ = cv2.connectedComponentsWithStats(changed)
    count, tones, stats, _ = cv2.connectedComponentsWithStats(flat)
    large = np.zeros(count, np.uint8)
    for number in range(1, count):
        x, y = stats[number, cv2.CC_STAT_LEFT], stats[number, cv2.CC_STAT_TOP]
        column = int(np.argmax(tones[y, x:] == number))
        place = sizes[places[y, x + column], cv2.CC_STAT_AREA]
        large[number] = _TONES * stats[number, cv2.CC_STAT_AREA] >= place
    return np.asarray(large[tones], np.uint8)


_TONES = 4
"""Tones in which nobody is known any more."""


def survives(
    source: NDArray[np.uint8],
    output: NDArray[np.uint8],
    changed: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Where the output still shows detail of the source, at any of several scales.

    Args:
        source, output: luma of one frame, uint8 [H, W].
        changed: uint8 [H, W], not 0 where an answer is wanted.

    Returns:
        uint8 [H, W], 1 where the detail survives; flat places are 0.
    """
    found = np.zeros_like(changed)
    for factor, (x1, y1, x2, y2) in _parts(changed):
        small = (max(1, (x2 - x1) // factor), max(1, (y2 - y1) // factor))
        a, b, where = (
            cv2.resize(p[y1:y2, x1:x2], small, interpolation=cv2.INTER_AREA).astype(np.float32)
            for p in (source, output, changed.astype(np.float32))
        )
        same = _alike(a, b, where)
        large = cv2.resize(same, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
        found[y1:y2, x1:x2] |= np.asarray(large, np.uint8)
    return found


def _parts(changed: NDArray[np.uint8]) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    """Every scale of every changed area's surroundings, as (factor, left, top, right, bottom)."""
    height, width = changed.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(changed)
    for x, y, w, h, _ in stats[1:count]:
        for factor in DETAIL_SCALES:
            if factor > 1 and min(w, h) < DETAIL_WINDOW * factor:
                continue  # one window holds all of it: that is no longer detail
            room = DETAIL_WINDOW * factor
            yield (
                factor,
                (
                    int(max(0, x - room)),
                    int(max(0, y - room)),
                    int(min(width, x + w + room)),
                    int(min(height, y + h + room)),
                ),
            )


def _alike(
    a: NDArray[np.float32], b: NDArray[np.float32], changed: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """1 where two pictures share their detail; float32 [h, w] each, `changed` from 0 to 1."""
    window = (DETAIL_WINDOW, DETAIL_WINDOW)
    difference = np.abs(a - b)
    near = (cv2.blur(difference, (DETAIL_WINDOW // 2,) * 2) >= LEAST_CHANGE).astype(np.float32)
    within = cv2.blur(near * (changed > 0.5), window) >= NEARLY_ALL
    # Where nothing changed, the pictures agree anyway, and would speak for what lies beside it.
    differs = (cv2.blur(difference, (3, 3)) >= LEAST_CHANGE / 2).astype(np.float32)
    weight = cv2.blur(differs, window)
    # A smooth fill continues what lies around it and so shares its broad light and shade.
    a, b = (p - cv2.GaussianBlur(p, (0, 0), DETAIL_WINDOW / 4) for p in (a, b))
    aa, bb, ab = (
        cv2.blur(p * q * differs, window) / np.maximum(weight, 1e-6)
        for p, q in ((a, a), (b, b), (a, b))
    )
    match = ab / np.sqrt(np.maximum(aa * bb, 1e-6))
    telling = within & (aa >= TEXTURE**2)
    same = telling & (match >= DETAIL)
    return np.asarray(cv2.dilate(same.astype(np.uint8), np.ones(window, np.uint8)), np.uint8)
