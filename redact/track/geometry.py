"""Arithmetic on arrays of boxes: float64 [N, 4] as left, top, right, bottom in pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""[N, 4] left, top, right, bottom."""

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


def union(a: Boxes, b: Boxes) -> Boxes:
    """Smallest box that contains both, row by row."""
    return np.concatenate([np.minimum(a[:, :2], b[:, :2]), np.maximum(a[:, 2:], b[:, 2:])], axis=1)


def grown(boxes: Boxes, share: NDArray[np.float64] | float) -> Boxes:
    """Every side moved outward by `share` (one number, or [N]) of the box's own size."""
    step = (boxes[:, 2:] - boxes[:, :2]) * np.reshape(share, (-1, 1))
    return np.concatenate([boxes[:, :2] - step, boxes[:, 2:] + step], axis=1)


def warped(boxes: Boxes, motion: Affine) -> Boxes:
    """Boxes moved by a similarity: the centre goes with it, the size with its scale."""
    centres = to_centres(boxes)
    return to_boxes(warped_centres(centres, motion))


def warped_centres(centres: Boxes, motion: Affine) -> Boxes:
    """`warped` for boxes given as centre and size."""
    out = centres * scale_of(motion)
    out[:, :2] = centres[:, :2] @ motion[:, :2].T + motion[:, 2]
    return out


def scale_of(motion: Affine) -> float:
    """How much a similarity enlarges."""
    return float(np.sqrt(abs(np.linalg.det(motion[:, :2]))))


def compose(first: Affine, then: Affine) -> Affine:
    """The motion `first` followed by `then`."""
    linear = then[:, :2] @ first[:, :2]
    shift = then[:, :2] @ first[:, 2] + then[:, 2]
    return np.concatenate([linear, shift[:, None]], axis=1)


def inverse(motion: Affine) -> Affine:
    """The motion back. Raises numpy.linalg.LinAlgError if there is none."""
    linear = np.linalg.inv(motion[:, :2])
    return np.concatenate([linear, (-linear @ motion[:, 2])[:, None]], axis=1)
