"""Greedy non-maximum suppression in numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import Detections


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
    """Greedy suppression that remembers who suppressed whom.

    Needs memory for one row of overlaps at a time: a fine look at a crowd has hundreds of
    survivors and thousands of candidates.

    Args:
        xyxy: float32 [N, 4].
        score: float32 [N].
        iou: a box goes when it overlaps a better one by more than this.
    """
    order = np.argsort(-score, kind="stable")
    x1, y1, x2, y2 = xyxy[order].T
    area = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    alive = np.arange(len(order))
    kept: list[int] = []
    owner = np.empty(len(order), np.intp)
    overlap = np.empty(len(order), np.float32)
    while len(alive):
        best, rest = alive[0], alive[1:]
        owner[order[best]], overlap[order[best]] = len(kept), area[best] > 0
        w = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
        h = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
        inter = np.maximum(w, 0) * np.maximum(h, 0)
        union = area[best] + area[rest] - inter
        # Written without division, so that empty boxes cannot make a NaN.
        gone = inter > iou * union
        owner[order[rest[gone]]] = len(kept)
        overlap[order[rest[gone]]] = inter[gone] / union[gone]
        kept.append(best)
        alive = rest[~gone]
    return Clusters(order[np.array(kept, np.intp)], owner, overlap)


def suppress(detections: Detections, iou: float) -> Detections:
    """Duplicates removed within each target; the answer is sorted by falling score."""
    kept = [
        which[cluster(detections.xyxy[which], detections.score[which], iou).kept]
        for which in (np.flatnonzero(detections.target == t) for t in np.unique(detections.target))
    ]
    if not kept:
        return detections
    index = np.concatenate(kept)
    return detections.select(index[np.argsort(-detections.score[index], kind="stable")])
