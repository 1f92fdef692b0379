"""Infers what is hidden in a frame without a plan: whatever of the source the output no longer
shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import WHOLE_SHARE, Region
from .limits import DETAIL, TEXTURE
from .planes import COMPARED_BLOCK, block_difference

LEAST_CHANGE: Final = 6.0
"""Least mean difference of a 16×16 block that may be hidden (`lab.audit.pixels`)."""

LEAST_CHANGE_TIMES: Final = 3.0
"""Least ratio of that difference to that of the least changed blocks (`lab.audit.pixels`)."""

DETAIL_WINDOW: Final = COMPARED_BLOCK - 1
"""Side, in pixels, of the window in which the two pictures are correlated: about a block, but odd,
so that it has a centre."""

DETAIL_SCALES: Final = (1, 2, 4)
"""Scales at which they are correlated: a strong blur or a mosaic leaves only coarse detail, which
is enough to recognise a large face."""


class PixelCovers:
    """Counts as hidden what differs from the source by more than a codec can explain and has lost
    the source's detail.

    A face that was brightened, slightly blurred or pixelated has changed too, but is still there.
    So a changed place counts as hidden only if the source's detail is gone at every scale. Flat
    parts of what was hidden may equal their fill by chance, so the convex hull of every connected
    area counts.
    """

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        changed = _changed(source, output)
        if not changed.any():
            return changed
        left = survives(source, output, changed)
        # The outline of a flat cover may resemble that of a head, but nothing shows within it.
        left[_one_tone(output, changed) > 0] = 0
        hidden = np.asarray(cv2.subtract(changed, left), np.uint8)
        # Anything narrower than five pixels is the rim of what survives, not a drawn mask.
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
    """Mark 16×16 blocks that differ by more than a codec can explain: uint8 [H, W], 0 or 1."""
    blocks = block_difference(source, output)
    # Nearly all of the picture may be hidden; the rest shows the error of the codec.
    usual = float(np.quantile(blocks, 1 - WHOLE_SHARE))
    limit = max(LEAST_CHANGE, LEAST_CHANGE_TIMES * usual)
    marked = cv2.morphologyEx(
        (blocks >= limit).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    )
    height, width = source.shape
    size = (blocks.shape[1] * COMPARED_BLOCK, blocks.shape[0] * COMPARED_BLOCK)
    full = cv2.resize(marked, size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(full[:height, :width])


def _one_tone(output: NDArray[np.uint8], changed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark where one flat tone fills much of a changed place: uint8 [H, W], 0 or 1.

    Coarse blocks with different tones do not count: together they may show who was there.
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
"""Number of tones in which nobody can be recognised."""


def survives(
    source: NDArray[np.uint8],
    output: NDArray[np.uint8],
    changed: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Mark where the output still shows detail of the source, at any of several scales.

    Args:
        source, output: luma of one frame, uint8 [H, W].
        changed: uint8 [H, W], not 0 where to test.

    Returns:
        uint8 [H, W], 1 where detail survives; flat places are 0.
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
    """Yield (factor, (left, top, right, bottom)) for each scale of each changed area with its
    surroundings."""
    height, width = changed.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(changed)
    for x, y, w, h, _ in stats[1:count]:
        for factor in DETAIL_SCALES:
            if factor > 1 and min(w, h) < DETAIL_WINDOW * factor:
                continue  # the whole area fits into one window, so this is no longer detail
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
    """Mark where two pictures share their detail: uint8 [h, w], 0 or 1. All arguments are float32
    [h, w]; `changed` is 0 to 1."""
    window = (DETAIL_WINDOW, DETAIL_WINDOW)
    difference = np.abs(a - b)
    near = (cv2.blur(difference, (DETAIL_WINDOW // 2,) * 2) >= LEAST_CHANGE).astype(np.float32)
    within = cv2.blur(near * (changed > 0.5), window) >= WHOLE_SHARE
    # Unchanged samples agree anyway, and would count for the changed place beside them.
    differs = (cv2.blur(difference, (3, 3)) >= LEAST_CHANGE / 2).astype(np.float32)
    weight = cv2.blur(differs, window)
    # Remove broad shading, which a smooth fill continues from its surroundings.
    a, b = (p - cv2.GaussianBlur(p, (0, 0), DETAIL_WINDOW / 4) for p in (a, b))
    aa, bb, ab = (
        cv2.blur(p * q * differs, window) / np.maximum(weight, 1e-6)
        for p, q in ((a, a), (b, b), (a, b))
    )
    match = ab / np.sqrt(np.maximum(aa * bb, 1e-6))
    telling = within & (aa >= TEXTURE**2)
    same = telling & (match >= DETAIL)
    return np.asarray(cv2.dilate(same.astype(np.uint8), np.ones(window, np.uint8)), np.uint8)
