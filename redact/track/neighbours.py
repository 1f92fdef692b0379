"""Pairs of boxes that are near each other, without looking at every pair.

In a crowd there are hundreds of tracklets and detections, and hardly any two of them meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes, areas

Index = NDArray[np.intp]


def close_pairs(
    a: NDArray[np.float64], reach: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[Index, Index]:
    """Indices i, j of points with |a[i] - b[j]| <= reach[i] in both coordinates.

    Args:
        a, b: [A, 2] and [B, 2] points.
        reach: [A, 2], not negative.
    """
    order = np.argsort(b[:, 0], kind="stable")
    x = b[order, 0]
    low = np.searchsorted(x, a[:, 0] - reach[:, 0], side="left")
    high = np.searchsorted(x, a[:, 0] + reach[:, 0], side="right")
    count = high - low
    i = np.repeat(np.arange(len(a)), count)
    # Position within the run of each i, from 0.
    offset = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    j = order[np.repeat(low, count) + offset]
    near = np.abs(a[i, 1] - b[j, 1]) <= reach[i, 1]
    return i[near], j[near]


def iou_pairs(a: Boxes, b: Boxes, least: float) -> tuple[Index, Index, NDArray[np.float64]]:
    """Indices i, j and IoU of all pairs of boxes with an IoU of at least `least` (> 0)."""
    size = np.maximum(a[:, 2:] - a[:, :2], 0)
    # How far centres can be apart: equal sizes, or one box inside the other's end.
    reach = size * max(1 - least, (1 / least - 1) / 2)
    i, j = close_pairs((a[:, :2] + a[:, 2:]) / 2, reach, (b[:, :2] + b[:, 2:]) / 2)
    iou = paired_iou(a[i], b[j])
    good = iou >= least
    return i[good], j[good], iou[good]


def lies_on(
    boxes: Boxes,
    target: NDArray[np.int8],
    others: Boxes,
    other_target: NDArray[np.int8],
    least: float,
) -> NDArray[np.bool_]:
    """[len(boxes)] which boxes overlap one of `others` of their target by `least` (IoU) or more."""
    i, j, _ = iou_pairs(boxes, others, least)
    out = np.zeros(len(boxes), np.bool_)
    out[i[target[i] == other_target[j]]] = True
    return out


def paired_iou(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Intersection over union row by row: [N]."""
    side = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    inter = np.maximum(side[:, 0], 0) * np.maximum(side[:, 1], 0)
    return np.asarray(inter / np.maximum(areas(a) + areas(b) - inter, 1e-9))
