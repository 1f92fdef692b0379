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

MOST_AREAS = 3
"""Meaning: each is an image of its own to the networks, and each has a margin."""

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


def _compared(small: SmallFrame) -> NDArray[np.uint8]:
    return small.levels[min(LEVEL, len(small.levels) - 1)]


def changed_blocks(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ visibly. `before` and `now` are [h, w]; the last blocks may be smaller."""
    apart = cv2.absdiff(before, now)
    height, width = apart.shape
    rows, columns = -(-height // BLOCK), -(-width // BLOCK)
    padded = np.zeros((rows * BLOCK, columns * BLOCK), np.uint8)
    padded[:height, :width] = apart
    blocks = padded.reshape(rows, BLOCK, columns, BLOCK)
    worst = blocks.max(axis=3).max(axis=1)
    total = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
    # The resized mean is rounded to whole levels: 2 stands for everything from 1.5 on.
    return np.asarray((worst > PIXEL) | (total > MEAN), np.bool_)


def boxes_of(mask: Mask) -> list[tuple[int, int, int, int]]:
    """At most `MOST_AREAS` rectangles of blocks (left, top, right, bottom) that hold all of a mask.

    Those that would waste least are joined first.
    """
    if not mask.any():
        return []
    # Neighbours belong together, also over a gap of one block.
    joined = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined | mask.view(np.uint8), connectivity=8)
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:]]
    if len(boxes) > 8 * MOST_AREAS:  # everywhere: not worth the search
        boxes = [_around(boxes)]
    while len(boxes) > MOST_AREAS:
        pairs = [(i, j) for j in range(len(boxes)) for i in range(j)]
        i, j = min(pairs, key=lambda p: _waste(boxes[p[0]], boxes[p[1]]))
        both = _around([boxes[i], boxes[j]])
        boxes = [b for n, b in enumerate(boxes) if n not in (i, j)] + [both]
    return boxes


def _waste(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> int:
    """Blocks of the rectangle around both that neither holds."""
    return _count(_around([a, b])) - _count(a) - _count(b)


def _count(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _around(boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[2] for b in boxes), max(b[3] for b in boxes)
