"""Greedy non-maximum suppression in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Detections


def keep_best(
    xyxy: NDArray[np.float32], score: NDArray[np.float32], iou: float
) -> NDArray[np.intp]:
    """Indices of the boxes that survive, by falling score.

    Args:
        xyxy: float32 [N, 4].
        score: float32 [N].
        iou: a box goes when it overlaps a better one by more than this.
    """
    order = np.argsort(-score, kind="stable")
    x1, y1, x2, y2 = xyxy[order].T
    area = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    alive = np.arange(len(order))
    kept = []
    while len(alive):
        best, rest = alive[0], alive[1:]
        kept.append(best)
        w = np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest])
        h = np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest])
        inter = np.maximum(w, 0) * np.maximum(h, 0)
        # Written without division, so that empty boxes cannot make a NaN.
        alive = rest[inter <= iou * (area[best] + area[rest] - inter)]
    return order[np.array(kept, np.intp)]


def suppress(detections: Detections, iou: float) -> Detections:
    """Duplicates removed within each target; the answer is sorted by falling score."""
    kept = [
        which[keep_best(detections.xyxy[which], detections.score[which], iou)]
        for which in (np.flatnonzero(detections.target == t) for t in np.unique(detections.target))
    ]
    if not kept:
        return detections
    index = np.concatenate(kept)
    return detections.select(index[np.argsort(-detections.score[index], kind="stable")])
