"""Which parts of a picture are no longer what they were when they were last looked at."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import Area
from .recent_frames import SmallFrame

LEVEL = 1
"""Pyramid level that is compared. Meaning: of a long side up to 480, so that noise averages out and
a face of 20 pixels in 1080p still has 5."""

BLOCK = 8
"""Meaning: pixels of that level along the side of a block, which changes or stays as a whole."""

PIXEL = 5
"""Grey levels by which one pixel of a block may differ. Meaning: what a codec does to a still
picture (on the fixed cameras of the dev clips, blocks where nothing moves); a judgement."""

MEAN = 1.5
"""And all of a block on average. Meaning: less than one pixel may, so that something faint and
large is noticed."""

MOST_AREAS = 8
"""Meaning: each is an image of its own to the networks; about what a busy street needs."""

AROUND = 3
"""Blocks around an area that the networks are shown besides. Meaning:
`redact.detection.parts.CONTEXT` at the sizes at which pictures of 480 to 1080 lines are shown."""

APART = 60
"""Blocks that looking at one area more costs beside its size. Meaning: a run of both networks on
the smallest image takes about as long; a judgement."""

Mask = NDArray[np.bool_]
"""bool [rows, columns] of blocks."""


class Seen:
    """The picture as it was when each part of it was last looked at.

    Args:
        small: looked at as a whole.
    """

    def __init__(self, small: SmallFrame) -> None:
        self._picture = _compared(small).copy()
        height, width = (round(side / small.scale) for side in small.luma.shape)
        self._size = width, height
        rows, columns = self._picture.shape
        self._factor = width / columns, height / rows

    def changed(self, small: SmallFrame) -> list[Area] | None:
        """Parts of a later picture, in source pixels, outside of which nothing changed.

        None where the pictures cannot be compared: look at all of it.
        """
        now = _compared(small)
        if now.shape != self._picture.shape:
            return None
        return [self._area(*box) for box in boxes_of(changed_blocks(self._picture, now))]

    def looked(self, small: SmallFrame, areas: list[Area]) -> None:
        """Parts of a later picture were looked at."""
        now = _compared(small)
        for area in areas:
            x, y = self._factor
            left, top = math.floor(area.left / x), math.floor(area.top / y)
            right = math.ceil((area.left + area.width) / x)
            bottom = math.ceil((area.top + area.height) / y)
            self._picture[top:bottom, left:right] = now[top:bottom, left:right]

    def _area(self, left: int, top: int, right: int, bottom: int) -> Area:
        """Source pixels of a rectangle of blocks, cut at the picture."""
        across, down = (BLOCK * side for side in self._factor)
        x1, y1 = math.floor(left * across), math.floor(top * down)
        x2 = min(self._size[0], math.ceil(right * across))
        y2 = min(self._size[1], math.ceil(bottom * down))
        return Area(x1, y1, x2 - x1, y2 - y1)


def unchanged(earlier: SmallFrame, later: SmallFrame) -> bool:
    """Whether nothing visible happened between two pictures."""
    before, now = _compared(earlier), _compared(later)
    return before.shape == now.shape and not changed_blocks(before, now).any()


def _compared(small: SmallFrame) -> NDArray[np.uint8]:
    return small.levels[min(LEVEL, len(small.levels) - 1)]


def changed_blocks(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ visibly. `before` and `now` are [h, w]; the last blocks may be smaller."""
    apart = cv2.absdiff(before, now)
    height, width = apart.shape
    rows, columns = -(-height // BLOCK), -(-width // BLOCK)
    below, right = rows * BLOCK - height, columns * BLOCK - width
    padded = cv2.copyMakeBorder(apart, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
    over = cv2.threshold(padded, PIXEL, 255, cv2.THRESH_BINARY)[1]
    # Means of blocks, in whole levels: 2 stands for everything from 1.5 on, and one pixel of 255 in
    # a block makes 4.
    total, any_over = (
        cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
        for picture in (padded, over)
    )
    return np.asarray((any_over > 0) | (total > MEAN), np.bool_)


def boxes_of(mask: Mask) -> list[tuple[int, int, int, int]]:
    """At most `MOST_AREAS` rectangles of blocks (left, top, right, bottom) that hold all of a mask.

    Two are made one where looking at one costs less, with what lies around each.
    """
    if not mask.any():
        return []
    # Neighbours belong together, also over a gap of one block.
    joined = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined | mask.view(np.uint8), connectivity=8)
    boxes = stats[1:, :4].astype(np.int64)
    boxes[:, 2:] += boxes[:, :2]
    if len(boxes) > 8 * MOST_AREAS:  # everywhere: not worth the search
        boxes = np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])[None]
    while len(boxes) > 1:
        low = np.minimum(boxes[:, None, :2], boxes[None, :, :2])
        high = np.maximum(boxes[:, None, 2:], boxes[None, :, 2:])
        cost = _cost(boxes[:, :2], boxes[:, 2:])
        saved = cost[:, None] + cost[None, :] - _cost(low, high)
        np.fill_diagonal(saved, np.iinfo(np.int64).min)
        i, j = divmod(int(saved.argmax()), len(boxes))
        if saved[i, j] < 0 and len(boxes) <= MOST_AREAS:
            break
        boxes[i] = np.concatenate([low[i, j], high[i, j]])
        boxes = np.delete(boxes, j, axis=0)
    return [(int(x1), int(y1), int(x2), int(y2)) for x1, y1, x2, y2 in boxes]


def _cost(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """Blocks that the networks are shown for rectangles with these corners."""
    sides = high - low + 2 * AROUND
    return np.asarray(sides[..., 0] * sides[..., 1] + APART)
