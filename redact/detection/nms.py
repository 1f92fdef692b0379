"""Greedy non-maximum suppression in numpy."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import Detections

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object: as in training."""


MOST_PAIRS: Final = 1_000_000
"""Pairs of boxes that are compared at once. It decides memory and time alone: a crowd has half of
them; a texture in which a network detects faces all over, fifty times as many."""


class Clusters(NamedTuple):
    """Which boxes survive suppression, and which of them suppressed each of the others.

    Attributes:
        kept: intp [K], the boxes that survive, by falling score.
        owner: intp [N], row of `kept` that each box belongs to: the best one that it overlaps.
        overlap: float32 [N], its IoU with that one; 1 for survivors, 0 for empty ones.
    """

    kept: NDArray[np.intp]
    owner: NDArray[np.intp]
    overlap: NDArray[np.float32]


def cluster(xyxy: NDArray[np.float32], score: NDArray[np.float32], iou: float) -> Clusters:
    """Greedy suppression that also returns which box suppressed which.

    A fine scan of a crowd has thousands of candidates and hundreds of survivors. Only pairs that
    lie near each other are compared, all at once; if there are too many pairs, survivors one by
    one.

    Args:
        xyxy: float32 [N, 4].
        score: float32 [N].
        iou: a box is suppressed if its IoU with a better one exceeds this.
    """
    order = np.argsort(-score, kind="stable")
    boxes, count = xyxy[order], len(order)
    near = _near(boxes, iou)
    if near.pairs <= MOST_PAIRS:
        host, share = _all_at_once(boxes, iou, near)
    else:
        host, share = _one_by_one(boxes, iou)
    survives = host == np.arange(count)
    place = np.cumsum(survives) - 1
    owner, overlap = np.empty(count, np.intp), np.empty(count, np.float32)
    owner[order], overlap[order] = place[host], share
    return Clusters(order[survives], owner, overlap)


Hosts = tuple[NDArray[np.intp], NDArray[np.float32]]
"""By rank, [N]: which box suppressed each (itself if none did), and their IoU."""


def _all_at_once(boxes: NDArray[np.float32], iou: float, near: _Near) -> Hosts:
    """Compares all pairs that may overlap, at about 100 bytes each. `boxes`: the best first."""
    better, worse, overlaps = _overlapping(boxes, iou, near)
    # Plain lists are faster for single elements.
    hosts, by = list(range(len(boxes))), [-1] * len(boxes)
    begins, others = np.searchsorted(better, np.arange(len(boxes) + 1)).tolist(), worse.tolist()
    for a in range(len(boxes)):
        if hosts[a] == a:  # a suppressed box suppresses no other
            for pair in range(begins[a], begins[a + 1]):
                b = others[pair]
                if hosts[b] == b:
                    hosts[b], by[b] = a, pair
    share, pairs = (_areas(boxes) > 0).astype(np.float32), np.array(by, np.intp)
    share[pairs >= 0] = overlaps[pairs[pairs >= 0]]
    return np.array(hosts, np.intp), share


def _one_by_one(boxes: NDArray[np.float32], iou: float) -> Hosts:
    """Compares each box that survives with all that are left. `boxes`: the best first."""
    host, share = np.arange(len(boxes)), (_areas(boxes) > 0).astype(np.float32)
    left = np.arange(len(boxes))
    while len(left):
        gone, overlaps = _with_first(boxes[left], iou)
        host[left[gone]], share[left[gone]] = left[0], overlaps[gone]
        left = left[1:][~gone[1:]]
    return host, share


class _Near(NamedTuple):
    """Boxes from left to right, and how many of the following ones each may overlap."""

    by_left: NDArray[np.intp]
    next_ones: NDArray[np.intp]

    @property
    def pairs(self) -> int:
        return int(self.next_ones.sum())


def _near(xyxy: NDArray[np.float32], iou: float) -> _Near:
    by_left = np.argsort(xyxy[:, 0], kind="stable")
    x1, x2 = xyxy[by_left, 0], xyxy[by_left, 2]
    # Boxes with this IoU share at least this part of the left one's width, so the other must begin
    # before it. With a little slack for rounding.
    reach = np.maximum(x1, x2 - _ROUNDED * iou * (x2 - x1))
    next_one = np.arange(1, len(x1) + 1)
    return _Near(by_left, np.maximum(np.searchsorted(x1, reach, side="right") - next_one, 0))


def _with_first(
    xyxy: NDArray[np.float32], iou: float
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which boxes have an IoU above `iou` with the first, and that IoU."""
    x1, y1, x2, y2 = xyxy.T
    w, h = (
        np.minimum(x2, x2[0]) - np.maximum(x1, x1[0]),
        np.minimum(y2, y2[0]) - np.maximum(y1, y1[0]),
    )
    inter, area = np.maximum(w, 0) * np.maximum(h, 0), _areas(xyxy)
    union = area + area[0] - inter
    return inter > iou * union, inter / np.maximum(union, _TINY)


def _overlapping(
    xyxy: NDArray[np.float32], iou: float, near: _Near
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """All pairs of boxes (better, worse) whose IoU is above `iou`, and that IoU, in order.

    Args:
        xyxy: [N, 4], the best first.
    """
    by_left, count = near
    x1, y1, x2, y2 = np.ascontiguousarray(xyxy[by_left].T)
    first = np.arange(1, len(x1) + 1)
    one = np.repeat(first - 1, count)
    other = np.arange(len(one)) + np.repeat(first - np.cumsum(count) + count, count)
    # Up and down: what two boxes share is at least iou / (1 + iou) of both heights together.
    middle, apart = y1 + y2, (1 - iou) / (1 + iou) / _ROUNDED * (y2 - y1) + _PIXELS
    far = np.abs(np.repeat(middle, count) - middle[other])
    level = np.flatnonzero(far <= np.repeat(apart, count) + apart[other])
    one, other = one[level], other[level]
    area = _areas(xyxy)[by_left]
    w = np.minimum(x2[one], x2[other]) - x1[other]
    h = np.minimum(y2[one], y2[other]) - np.maximum(y1[one], y1[other])
    inter = np.maximum(w, 0) * np.maximum(h, 0)
    union = area[one] + area[other] - inter
    # Written without division, so that empty boxes cannot make a NaN.
    gone = inter > iou * union
    one, other, share = by_left[one[gone]], by_left[other[gone]], inter[gone] / union[gone]
    i, j = np.minimum(one, other), np.maximum(one, other)
    order = np.argsort(i, kind="stable")
    return i[order], j[order], share[order]


_ROUNDED, _PIXELS, _TINY = np.float32(0.999), np.float32(0.01), np.float32(1e-6)
"""Less than one by more than any rounding, and more pixels than any; more than no area."""


def _areas(xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    x1, y1, x2, y2 = xyxy.T
    return np.asarray(np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0), np.float32)


def suppress(detections: Detections, iou: float) -> Detections:
    """Remove duplicates within each target, and sort by falling score."""
    kept = [
        which[cluster(detections.xyxy[which], detections.score[which], iou).kept]
        for which in (np.flatnonzero(detections.target == t) for t in np.unique(detections.target))
    ]
    if not kept:
        return detections
    index = np.concatenate(kept)
    return detections.select(index[np.argsort(-detections.score[index], kind="stable")])


def common(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[Any]:
    """Area in which every box of `a` [N, 4] overlaps every one of `b` [M, 4]: [N, M]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=2))


def iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union of every box of `a` [N, 4] with every one of `b` [M, 4]: [N, M]."""
    shared = common(a, b)
    area = [np.clip(x[:, 2:] - x[:, :2], 0, None).prod(axis=1) for x in (a, b)]
    return np.asarray(shared / np.maximum(area[0][:, None] + area[1][None] - shared, 1e-6))
