"""What changed between pictures, measured on small pictures: the one implementation for scans, the
small scans, the camera's motion and the audit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Boxes, Rect
from .geometry import grown
from .small_pictures import SmallFrame
from .track_settings import AROUND_PLACE, JITTER

T = TypeVar("T")

COMPARED_LEVEL = 1
"""Pyramid level that is compared: its long side is up to 480, so that noise averages out, while a
face of 20 pixels in 1080p still has 5."""

CHANGED_BLOCK = 8
"""Side of a block, in pixels of that level; a block changes or stays as a whole."""

PIXEL = 5
"""Grey levels by which one pixel of a block may differ: the effect of a codec on a still picture
(on the fixed cameras of the dev clips, in blocks where nothing moves). Where nothing at all is
detected, the mean of a spot may differ by as much, and that of a block by half."""

MEAN = PIXEL / 2
"""Grey levels by which the mean of a block may differ: less than a single pixel, so that faint
large changes are noticed."""

SPOT = 3
"""Side, in pixels of that level, of the smallest spot that counts where nothing is detected: half
of a face of 20 pixels in 1080p. Noise is finer and averages out: if a still camera's key frames
encode all of it anew, single pixels change by 18 levels, and means of such spots by 5."""

MOST_AREAS = 8
"""Most areas per picture, each of which is an image of its own to the networks; about what a busy
street needs. It decides cost alone."""

CONTEXT_BLOCKS = 3
"""Blocks around an area that the networks also see, at the size at which `balanced` scans the
picture. It follows from their structure; a test checks it."""

AREA_COST = 60
"""Blocks of additional cost for each scanned area: a run of both networks on the smallest image
takes about as long. It decides cost alone."""

Mask = NDArray[np.bool_]
"""bool [rows, columns] of blocks."""


class ScannedPicture:
    """The picture as it was when each part of it was last scanned.

    Args:
        small: scanned as a whole.
    """

    def __init__(self, small: SmallFrame) -> None:
        self._picture = _coarse(small).copy()
        height, width = (round(side / small.scale) for side in small.luma.shape)
        self._size = width, height
        rows, columns = self._picture.shape
        self._factor = width / columns, height / rows

    def changed(self, small: SmallFrame, found: NDArray[np.float32]) -> list[Rect] | None:
        """Parts of a later picture, in source pixels, outside of which nothing changed.

        Args:
            small: the picture.
            found: boxes [N, 4] of all detections, however faint: where there is none, noise does
                not count as a change.

        None if the pictures cannot be compared, so that all of it must be scanned.
        """
        now = _coarse(small)
        if now.shape != self._picture.shape:
            return None
        changed = changed_blocks(self._picture, now)
        if changed.any():
            near = self._blocks(grown(found.astype(np.float64), AROUND_PLACE))
            changed &= near | beyond_noise(self._picture, now)
        return [self._area(*box) for box in boxes_of(changed)]

    def around(self, places: Boxes) -> list[Rect]:
        """Areas, in source pixels, that contain places [N, 4] inside the picture: few, as each is
        an image of its own to the networks."""
        return [self._area(*box) for box in boxes_of(self._blocks(places))]

    def _blocks(self, places: Boxes) -> Mask:
        """Blocks that share a pixel with one of the boxes [N, 4] of source pixels."""
        out = np.zeros([-(-side // CHANGED_BLOCK) for side in self._picture.shape], np.bool_)
        across, down = (CHANGED_BLOCK * side for side in self._factor)
        sides = places / np.array([across, down, across, down])
        for left, top, right, bottom in np.maximum(sides, 0).tolist():
            out[int(top) : math.ceil(bottom), int(left) : math.ceil(right)] = True
        return out

    def scanned(self, small: SmallFrame, areas: list[Rect]) -> None:
        """Note that parts of a later picture were scanned."""
        now = _coarse(small)
        for area in areas:
            x, y = self._factor
            left, top = math.floor(area.x1 / x), math.floor(area.y1 / y)
            right, bottom = math.ceil(area.x2 / x), math.ceil(area.y2 / y)
            self._picture[top:bottom, left:right] = now[top:bottom, left:right]

    def _area(self, left: int, top: int, right: int, bottom: int) -> Rect:
        """Source pixels of a rectangle of blocks, cut at the picture."""
        across, down = (CHANGED_BLOCK * side for side in self._factor)
        x1, y1 = math.floor(left * across), math.floor(top * down)
        x2 = min(self._size[0], math.ceil(right * across))
        y2 = min(self._size[1], math.ceil(bottom * down))
        return Rect(x1, y1, x2, y2)


class Remembered(Generic[T]):
    """The result of a scan of a whole picture, reused as long as nothing changes.

    Args:
        places: boxes [N, 4] of a result: near them noise counts as a change.
        seconds: after which it scans all the same: a single scan may miss something.
    """

    def __init__(self, places: Callable[[T], NDArray[np.float32]], seconds: float) -> None:
        self._places, self._seconds = places, seconds
        self._last: tuple[float, ScannedPicture, T] | None = None

    def of(self, small: SmallFrame, scan: Callable[[], T], known: Boxes | None = None) -> T:
        """The result for a frame; raises as the scan does.

        Args:
            small: the frame's small picture.
            scan: scans the frame.
            known: other boxes [N, 4] near which noise counts.
        """
        if self._last is not None and not small.damaged:
            time, seen, given = self._last
            places = self._places(given)
            if known is not None:
                places = np.concatenate([places, known.astype(np.float32)])
            recent = small.time - time < self._seconds - JITTER
            if recent and seen.changed(small, places) == []:
                return given
        given = scan()
        # A damaged picture says nothing about the next one.
        self._last = None if small.damaged else (small.time, ScannedPicture(small), given)
        return given


def unchanged(earlier: SmallFrame, later: SmallFrame) -> bool:
    """Whether nothing visible happened between two pictures."""
    before, now = _coarse(earlier), _coarse(later)
    return before.shape == now.shape and not changed_blocks(before, now).any()


def _coarse(small: SmallFrame) -> NDArray[np.uint8]:
    return small.levels[min(COMPARED_LEVEL, len(small.levels) - 1)]


def changed_blocks(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ visibly. `before` and `now` are [h, w]; the last blocks may be smaller."""
    apart = cv2.absdiff(before, now)
    over = cv2.threshold(apart, PIXEL, 255, cv2.THRESH_BINARY)[1]
    # Means of blocks are rounded: 3 stands for everything from 2.5 on, and one pixel of 255 in a
    # block makes 4.
    return np.asarray((_of_blocks(over) > 0) | (_of_blocks(apart) > MEAN), np.bool_)


def beyond_noise(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ by more than noise, and by more than the rest of the picture; see
    `SPOT`."""
    apart = cv2.subtract(now, before, dtype=cv2.CV_32F)
    apart -= np.clip(np.median(apart[::7, ::7]), -PIXEL, PIXEL)
    spots = np.abs(cv2.blur(apart, (SPOT, SPOT)))
    over = cv2.threshold(spots, PIXEL, 1, cv2.THRESH_BINARY)[1]
    far = np.abs(_of_blocks(apart)) > MEAN
    return np.asarray(far | (_of_blocks(over) > 0), np.bool_)


def _of_blocks(picture: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Mean of each block; beyond the border is 0."""
    height, width = picture.shape
    rows, columns = -(-height // CHANGED_BLOCK), -(-width // CHANGED_BLOCK)
    below, right = rows * CHANGED_BLOCK - height, columns * CHANGED_BLOCK - width
    filled = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
    return cv2.resize(filled, (columns, rows), interpolation=cv2.INTER_AREA)


def boxes_of(mask: Mask) -> list[tuple[int, int, int, int]]:
    """At most `MOST_AREAS` rectangles of blocks (left, top, right, bottom) that contain all of a
    mask.

    Two are merged if scanning the merged one, with its surroundings, costs less.
    """
    if not mask.any():
        return []
    # Neighbours belong together, also over a gap of one block.
    joined = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined | mask.view(np.uint8), connectivity=8)
    boxes = stats[1:, :4].astype(np.int64)
    boxes[:, 2:] += boxes[:, :2]
    if len(boxes) > 8 * MOST_AREAS:  # changes everywhere: not worth the search
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
    """Blocks that the networks see for rectangles with these corners."""
    sides = high - low + 2 * CONTEXT_BLOCKS
    return np.asarray(sides[..., 0] * sides[..., 1] + AREA_COST)
