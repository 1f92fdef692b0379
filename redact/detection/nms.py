"""Greedy non-maximum suppression in numpy."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import Detections

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object: as in training."""


class Clusters(NamedTuple):
    """Which boxes survive suppression, and which of them suppressed each other one.

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
    lie near each other are compared, all at once.

    Args:
        xyxy: float32 [N, 4].
        score: float32 [N].
        iou: a box goes when it overlaps a better one by more than this.
    """
    order = np.argsort(-score, kind="stable")
    better, worse, share = _overlapping(xyxy[order], iou)
    count = len(order)
    # Who suppressed each, by rank, itself where nobody did; plain lists are quicker one by one.
    hosts, by = list(range(count)), [-1] * count
    begins, others = np.searchsorted(better, np.arange(count + 1)).tolist(), worse.tolist()
    for a in range(count):
        if hosts[a] == a:  # who went suppresses nobody
            for pair in range(begins[a], begins[a + 1]):
                b = others[pair]
                if hosts[b] == b:
                    hosts[b], by[b] = a, pair
    host, pairs = np.array(hosts, np.intp), np.array(by, np.intp)
    survives = host == np.arange(count)
    place = np.cumsum(survives) - 1
    owner, overlap = np.empty(count, np.intp), np.empty(count, np.float32)
    owner[order] = place[host]
    area = _areas(xyxy)[order]
    overlap[order] = area > 0
    overlap[order[~survives]] = share[pairs[~survives]]
    return Clusters(order[survives], owner, overlap)


def _overlapping(
    xyxy: NDArray[np.float32], iou: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """All pairs of boxes (better, worse) whose IoU is above `iou`, and that IoU, in order.

    Args:
        xyxy: [N, 4], the best first.
    """
    by_left = np.argsort(xyxy[:, 0], kind="stable")
    x1, y1, x2, y2 = np.ascontiguousarray(xyxy[by_left].T)
    # From left to right: each meets those that begin before less of its width is left than two
    # boxes with such an IoU have in common. A little more, for these are rounded numbers.
    reach = np.maximum(x1, x2 - _ROUNDED * iou * (x2 - x1))
    first = np.arange(1, len(x1) + 1)
    count = np.maximum(np.searchsorted(x1, reach, side="right") - first, 0)
    one = np.repeat(first - 1, count)
    other = np.arange(len(one)) + np.repeat(first - np.cumsum(count) + count, count)
    # Up and down: what two boxes share is at least iou / (1 + iou) of both heights together.
    middle, apart = y1 + y2, (1 - iou) / (1 + iou) / _ROUNDED * (y2 - y1) + _PIXELS
    far = np.abs(np.repeat(middle, count) - middle[other])
    near = np.flatnonzero(far <= np.repeat(apart, count) + apart[other])
    one, other = one[near], other[near]
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


_ROUNDED, _PIXELS = np.float32(0.999), np.float32(0.01)
"""Less than one by more than any rounding, and more pixels than any."""


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
