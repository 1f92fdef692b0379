"""What the detector says about a frame, without asking it again about what has not changed.

Cameras that are fixed to a wall show the same picture for hours. Of a part whose pixels are what
they were when the detector last looked at it, it would say the same again: what it said then is
kept. Only the parts that changed are looked at, and all of the picture at least once in
`TrackSettings.whole_every` seconds. Every part is compared with what it was when it was *looked
at*, not with the frame before: what comes slowly is noticed as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import PART_CONTEXT, SCAN_SIZES
from ..settings import Sensitivity
from ..types import Detections, Frame, Rect
from .geometry import SAME_BOX_IOU, Index, grown, pairs_of_kind
from .sensitivities import JITTER
from .small_pictures import TRACKING_LONG_SIDE, SmallFrame
from .track_starts import FAINT

COMPARED_LEVEL = 1
"""Pyramid level that is compared: of a long side up to 480, so that noise averages out and
a face of 20 pixels in 1080p still has 5."""

CHANGED_BLOCK = 8
"""Pixels of that level along the side of a block, which changes or stays as a whole."""

PIXEL = 5
"""Grey levels by which one pixel of a block may differ: what a codec does to a still
picture (on the fixed cameras of the dev clips, blocks where nothing moves); a judgement."""

MEAN = 1.5
"""And all of a block on average: less than one pixel may, so that something faint and
large is noticed."""

SPOT = 3
"""Pixels of that level along a side of the least that counts where nothing at all is seen, half of
a face of 20 pixels in 1080p. Noise is finer, and averages out: of a still camera whose key pictures
code all of it anew, single pixels change by 18 levels then, and means of such spots by 5."""

SPOT_APART, BLOCK_APART = 5, 2.5
"""Grey levels by which the mean of a spot, and that of a block, may differ there."""

NOISE_REACH = 1.0
"""Own sizes around what was seen in which noise counts as well. Of a doubtful face each look says
another thing, and the surest of them counts: with 0 a man on a dev clip stayed open, with .5, 1 and
2 he is hidden."""

BRIGHTER = 8
"""And by which all of the picture may be brighter or darker, as a camera makes it."""

MOST_AREAS = 8
"""Each is an image of its own to the networks; about what a busy street needs."""

CONTEXT_BLOCKS = round(
    PART_CONTEXT
    * (TRACKING_LONG_SIDE >> COMPARED_LEVEL)
    / (CHANGED_BLOCK * SCAN_SIZES[Sensitivity.BALANCED].ours[0].long_side)
)
"""Blocks around an area that the networks are shown besides, at the size at which `balanced` shows
them the picture."""

AREA_COST = 60
"""Blocks that looking at one area more costs beside its size: a run of both networks on
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

    def changed(self, small: SmallFrame, found: NDArray[np.float32]) -> list[Rect] | None:
        """Parts of a later picture, in source pixels, outside of which nothing changed.

        Args:
            small: the picture.
            found: boxes [N, 4] of all that was seen, however faintly: where none is near, noise is
                no change.

        None where the pictures cannot be compared: look at all of it.
        """
        now = _compared(small)
        if now.shape != self._picture.shape:
            return None
        changed = changed_blocks(self._picture, now)
        if changed.any():
            near = self._near(found, changed.shape)
            changed &= near | beyond_noise(self._picture, now)
        return [self._area(*box) for box in boxes_of(changed)]

    def _near(self, boxes: NDArray[np.float32], shape: tuple[int, ...]) -> Mask:
        """Blocks in or near some boxes [N, 4] of source pixels."""
        out = np.zeros(shape, np.bool_)
        across, down = (CHANGED_BLOCK * side for side in self._factor)
        sides = grown(boxes.astype(np.float64), NOISE_REACH) / np.array(
            [across, down, across, down]
        )
        for left, top, right, bottom in np.maximum(sides, 0).tolist():
            out[int(top) : math.ceil(bottom), int(left) : math.ceil(right)] = True
        return out

    def looked(self, small: SmallFrame, areas: list[Rect]) -> None:
        """Parts of a later picture were looked at."""
        now = _compared(small)
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


def unchanged(earlier: SmallFrame, later: SmallFrame) -> bool:
    """Whether nothing visible happened between two pictures."""
    before, now = _compared(earlier), _compared(later)
    return before.shape == now.shape and not changed_blocks(before, now).any()


def _compared(small: SmallFrame) -> NDArray[np.uint8]:
    return small.levels[min(COMPARED_LEVEL, len(small.levels) - 1)]


def changed_blocks(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ visibly. `before` and `now` are [h, w]; the last blocks may be smaller."""
    apart = cv2.absdiff(before, now)
    over = cv2.threshold(apart, PIXEL, 255, cv2.THRESH_BINARY)[1]
    # Means of blocks, in whole levels: 2 stands for everything from 1.5 on, and one pixel of 255 in
    # a block makes 4.
    return np.asarray((_of_blocks(over) > 0) | (_of_blocks(apart) > MEAN), np.bool_)


def beyond_noise(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Mask:
    """Blocks that differ by more than noise, and than the rest of the picture; see above."""
    apart = cv2.subtract(now, before, dtype=cv2.CV_32F)
    apart -= np.clip(np.median(apart[::7, ::7]), -BRIGHTER, BRIGHTER)
    spots = np.abs(cv2.blur(apart, (SPOT, SPOT)))
    over = cv2.threshold(spots, SPOT_APART, 1, cv2.THRESH_BINARY)[1]
    far = np.abs(_of_blocks(apart)) > BLOCK_APART
    return np.asarray(far | (_of_blocks(over) > 0), np.bool_)


def _of_blocks(picture: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Mean of each block; beyond the border is 0."""
    height, width = picture.shape
    rows, columns = -(-height // CHANGED_BLOCK), -(-width // CHANGED_BLOCK)
    below, right = rows * CHANGED_BLOCK - height, columns * CHANGED_BLOCK - width
    filled = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
    return cv2.resize(filled, (columns, rows), interpolation=cv2.INTER_AREA)


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
    sides = high - low + 2 * CONTEXT_BLOCKS
    return np.asarray(sides[..., 0] * sides[..., 1] + AREA_COST)


MOST_PATIENCE = 4.0
"""Times `whole_every` after which all of the picture is looked at, however often that told nothing
new: two doublings, from one second to four."""

LookAtParts = Callable[[Frame, Sequence[Rect] | None], Detections]
"""A detector: everything that is seen in parts of a frame, or, for None, in all of it."""


class Looks:
    """Asks a detector about frames, in order.

    Args:
        look: asked about a frame, or about parts of it.
        whole_every: seconds after which all of the picture is looked at; 0: always. They become
            twice as many, up to `MOST_PATIENCE` times, with each such look that sees nothing new
            in what has not changed, and what they were with one that does.

    Attributes:
        whole, parts, kept: frames of which all, or parts, or nothing was looked at.
    """

    def __init__(self, look: LookAtParts, whole_every: float) -> None:
        self._look = look
        self._every = whole_every
        self._seen: Seen | None = None
        self._whole_at = 0.0
        self._patience = 1.0
        self._found = Detections.empty()
        self.whole = self.parts = self.kept = 0

    def at(self, frame: Frame, small: SmallFrame) -> Detections:
        """Everything that is seen in a frame; raises as the detector does.

        Args:
            frame: one that is to be looked at.
            small: its small picture.
        """
        areas = self._changed(frame, small)
        if areas is None or self._seen is None:
            found = self._look(frame, None)
            self.whole += 1
            self._patience = self._patience_after(found, small)
            # A damaged picture says nothing about the next one.
            self._seen = None if frame.damaged or not self._every else Seen(small)
            self._whole_at = small.time
        elif not areas:
            self.kept += 1
            return self._found
        else:
            areas = self._with_what_they_cut(areas, frame)
            found = taken_together(self._found, self._look(frame, areas), areas)
            self.parts += 1
            self._seen.looked(small, areas)
            if Rect(0, 0, *frame.size) in areas:
                self._whole_at = small.time
        self._found = found
        return found

    def _changed(self, frame: Frame, small: SmallFrame) -> list[Rect] | None:
        """Parts to be looked at, None for all of the picture."""
        due = small.time - self._whole_at >= self._patience * self._every - JITTER
        if self._seen is None or frame.damaged or due:
            return None
        return self._seen.changed(small, self._found.xyxy)

    def _patience_after(self, found: Detections, small: SmallFrame) -> float:
        """How patient to be after a look at all of the picture has seen `found`."""
        areas = None if self._seen is None else self._seen.changed(small, self._found.xyxy)
        if areas is None:
            return 1.0
        found = found.select(_plain(found) & ~_touching(found.xyxy, areas))
        known = np.zeros(len(found), np.bool_)
        old, new = _same(self._found, found)
        known[new[_plain(self._found)[old]]] = True
        return min(2 * self._patience, MOST_PATIENCE) if known.all() else 1.0

    def _with_what_they_cut(self, areas: list[Rect], frame: Frame) -> list[Rect]:
        """Areas made so large that none cuts through anything that was seen before."""
        larger = []
        boxes = self._found.xyxy[_plain(self._found)]
        for area in areas:
            hit = boxes[_touching(boxes, [area])]
            low = np.floor(np.vstack([area[:2], hit[:, :2]]).min(axis=0))
            high = np.ceil(np.vstack([area[2:], hit[:, 2:]]).max(axis=0))
            left, top = (max(0, int(v)) for v in low)
            right, bottom = (min(int(v), side) for v, side in zip(high, frame.size, strict=True))
            larger.append(Rect(left, top, right, bottom))
        return larger


def _plain(found: Detections) -> NDArray[np.bool_]:
    """[N] which are no fainter than what may start a tracklet."""
    return np.asarray(found.score >= FAINT.of(found.target))


def taken_together(before: Detections, now: Detections, areas: Sequence[Rect]) -> Detections:
    """What was seen before outside of areas that were looked at anew, and now in them.

    Args:
        before: of all of the picture.
        now: of the same picture; what it says of places outside `areas` does not count.
        areas: parts that were looked at now, source pixels.
    """
    fresh = now.select(_touching(now.xyxy, areas))
    stale = _touching(before.xyxy, areas)
    # A thing at the edge, seen a pixel farther out than before, is not two things.
    stale[_same(before, fresh)[0]] = True
    # Nor is one at the edge lost that is seen a pixel farther out now: it stays as it was, unless
    # the look just made, which reaches over the edge, sees it there.
    moved = _moved_out(before, now, stale, areas)
    return Detections.concat([before.select(~stale), fresh, now.select(moved)])


def _moved_out(
    before: Detections, now: Detections, stale: NDArray[np.bool_], areas: Sequence[Rect]
) -> NDArray[np.bool_]:
    """Which of `now` lie outside the areas and are what lay in them before."""
    outside = ~_touching(now.xyxy, areas)
    old, new = _same(before, now)
    out = np.zeros(len(now), np.bool_)
    out[new[stale[old] & outside[new]]] = True
    return out


def _same(old: Detections, new: Detections) -> tuple[Index, Index]:
    """Indices of pairs that are one thing."""
    return pairs_of_kind(old.xyxy, old.target, new.xyxy, new.target, SAME_BOX_IOU)


def _touching(boxes: NDArray[np.float32], areas: Sequence[Rect]) -> NDArray[np.bool_]:
    """[N] which boxes share a pixel with one of the areas."""
    out = np.zeros(len(boxes), np.bool_)
    for x1, y1, x2, y2 in areas:
        across = (boxes[:, 0] < x2) & (boxes[:, 2] > x1)
        out |= across & (boxes[:, 1] < y2) & (boxes[:, 3] > y1)
    return out
