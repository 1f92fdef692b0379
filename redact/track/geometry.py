"""Arithmetic on arrays of boxes, float64 [N, 4] as left, top, right, bottom in pixels; and finding
pairs of boxes that are near each other without testing every pair.

In a crowd there are hundreds of tracklets and detections, and hardly any two of them overlap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..types import Boxes, Rect

Affine = NDArray[np.float64]
"""[2, 3] matrix that maps (x, y, 1) of one frame to (x, y) of a later one."""

IDENTITY: Affine = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def to_centres(boxes: Boxes) -> Boxes:
    """[N, 4] boxes as centre x, centre y, width, height."""
    size = boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([boxes[:, :2] + size / 2, size], axis=1)


def to_boxes(centres: Boxes) -> Boxes:
    """Inverse of `to_centres`."""
    half = centres[:, 2:] / 2
    return np.concatenate([centres[:, :2] - half, centres[:, :2] + half], axis=1)


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """Area of every box: [N]."""
    side = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(side[:, 0] * side[:, 1])


def grown(boxes: Boxes, share: NDArray[np.float64] | float) -> Boxes:
    """Every side moved outward by `share` (one number, or [N]) of the box's own size."""
    step = (boxes[:, 2:] - boxes[:, :2]) * np.reshape(share, (-1, 1))
    return np.concatenate([boxes[:, :2] - step, boxes[:, 2:] + step], axis=1)


def holding_centres(areas: Sequence[Rect], boxes: Boxes) -> NDArray[np.bool_]:
    """[N] whether the centre of each box [N, 4] lies in one of the areas."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    out = np.zeros(len(boxes), np.bool_)
    for x1, y1, x2, y2 in areas:
        out |= (x >= x1) & (x < x2) & (y >= y1) & (y < y2)
    return out


def warped(boxes: Boxes, motion: Affine) -> Boxes:
    """Boxes moved by a similarity: it maps the centre, and its scale multiplies the size."""
    centres = to_centres(boxes)
    return to_boxes(warped_centres(centres, motion))


def warped_centres(centres: Boxes, motion: Affine) -> Boxes:
    """`warped` for boxes given as centre and size."""
    out = centres * scale_of(motion)
    out[:, :2] = centres[:, :2] @ motion[:, :2].T + motion[:, 2]
    return out


def scale_of(motion: Affine) -> float:
    """How much a similarity enlarges."""
    (a, b), (c, d) = motion[:, :2].tolist()
    return math.sqrt(abs(a * d - b * c))


def compose(first: Affine, then: Affine) -> Affine:
    """The motion `first` followed by `then`."""
    linear = then[:, :2] @ first[:, :2]
    shift = then[:, :2] @ first[:, 2] + then[:, 2]
    return np.concatenate([linear, shift[:, None]], axis=1)


def inverse(motion: Affine) -> Affine:
    """The motion back. Raises numpy.linalg.LinAlgError if there is none."""
    linear = np.linalg.inv(motion[:, :2])
    return np.concatenate([linear, (-linear @ motion[:, 2])[:, None]], axis=1)


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
    # Position within the run of each i, counted from 0.
    offset = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    j = order[np.repeat(low, count) + offset]
    near = np.abs(a[i, 1] - b[j, 1]) <= reach[i, 1]
    return i[near], j[near]


def iou_pairs(a: Boxes, b: Boxes, least: float) -> tuple[Index, Index, NDArray[np.float64]]:
    """Indices i, j and IoU of all pairs of boxes with an IoU of at least `least` (> 0)."""
    size = np.maximum(a[:, 2:] - a[:, :2], 0)
    # The farthest that centres can be apart: equal sizes, or one box inside the other's end.
    reach = size * max(1 - least, (1 / least - 1) / 2)
    i, j = close_pairs((a[:, :2] + a[:, 2:]) / 2, reach, (b[:, :2] + b[:, 2:]) / 2)
    iou = paired_iou(a[i], b[j])
    good = iou >= least
    return i[good], j[good], iou[good]


def pairs_of_kind(
    a: NDArray[np.floating],
    target: NDArray[np.int8],
    b: NDArray[np.floating],
    other_target: NDArray[np.int8],
    least: float,
) -> tuple[Index, Index]:
    """Indices i, j of all pairs of boxes of one target with an IoU of at least `least` (> 0)."""
    i, j, _ = iou_pairs(a.astype(np.float64), b.astype(np.float64), least)
    same = target[i] == other_target[j]
    return i[same], j[same]


def lies_on(
    boxes: Boxes,
    target: NDArray[np.int8],
    others: Boxes,
    other_target: NDArray[np.int8],
    least: float,
) -> NDArray[np.bool_]:
    """[len(boxes)] which boxes overlap one of `others` of their target by `least` (IoU) or more."""
    out = np.zeros(len(boxes), np.bool_)
    out[pairs_of_kind(boxes, target, others, other_target, least)[0]] = True
    return out


def paired_iou(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Intersection over union row by row: [N]."""
    side = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    inter = np.maximum(side[:, 0], 0) * np.maximum(side[:, 1], 0)
    return np.asarray(inter / np.maximum(areas(a) + areas(b) - inter, 1e-9))
