"""One answer from what several scales saw of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Target
from .nms import keep_best
from .thresholds import NMS_IOU

ABSENT: Final = 0.4
"""A scale that saw nothing is taken to have seen this share of the best score.

Chosen on every second annotated still; 0.3 to 0.5 move average precision by less than .005
(`training/README.md`, "Two scales and agreement")."""

EXPECTED: Final[dict[Target, tuple[float, float]]] = {
    Target.FACE: (10.0, 250.0),
    Target.PLATE: (0.0, 150.0),
}
"""Heights in pixels of the scaled picture at which a scale can be expected to see an object."""

FUSE_IOU: Final = 0.6
"""Candidates that overlap the kept box by at least this take part in the box."""


def agree(found: Detections, scale: NDArray[np.intp], zooms: Sequence[float]) -> Detections:
    """Duplicates removed, boxes and scores made from all candidates of each object.

    Plain suppression takes the best score of every object and of every false alarm. A false alarm
    seldom shows at two scales, an object does: the score becomes the mean over the scales of the
    best that each gave, at least `ABSENT` times the best of all; a scale at which the object is
    too small or too large to be expected counts as agreeing. The box becomes the mean of its
    candidates, weighted by IoU and squared score (after Solovyev et al., arXiv:1910.13302). Which
    objects are found does not change, only how they rank.

    Args:
        found: candidates of all scales in source pixels, before any suppression.
        scale: intp [N], the scale that each came from, an index into `zooms`.
        zooms: pixels of the scaled picture per source pixel, vertically, for every scale.

    Returns:
        One detection per object, by falling score.
    """
    parts = []
    for target in (Target(t) for t in np.unique(found.target)):
        which = np.flatnonzero(found.target == target)
        parts.append(_one_target(found.select(which), scale[which], zooms, target))
    if not parts:
        return found
    merged = Detections.concat(parts)
    return merged.select(np.argsort(-merged.score, kind="stable"))


def _one_target(
    found: Detections, scale: NDArray[np.intp], zooms: Sequence[float], target: Target
) -> Detections:
    kept = keep_best(found.xyxy, found.score, NMS_IOU)
    overlap = iou(found.xyxy[kept], found.xyxy)
    # A candidate belongs to the box that suppressed it, the best it overlaps: otherwise a
    # duplicate at the edge of an object would inherit the score of its middle.
    owner = np.argmax(overlap > NMS_IOU, axis=0)
    mine = (overlap > NMS_IOU) & (owner == np.arange(len(kept))[:, None])
    weight = np.where(mine & (overlap >= FUSE_IOU), overlap * found.score**2, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    # An empty box overlaps nothing, not even itself.
    xyxy = np.where(total > 0, weight @ found.xyxy / np.maximum(total, 1e-9), found.xyxy[kept])
    best = found.score[kept]
    tall = xyxy[:, 3] - xyxy[:, 1]
    low, high = EXPECTED[target]
    seen = []
    for number, zoom in enumerate(zooms):
        here = np.where(mine & (scale == number), found.score, 0.0).max(axis=1)
        able = (tall * zoom >= low) & (tall * zoom <= high)
        seen.append(np.where(able, np.maximum(here, ABSENT * best), best))
    return Detections(
        xyxy.astype(np.float32), np.mean(seen, axis=0).astype(np.float32), found.target[kept]
    )


def iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of all pairs, float32 [len(a), len(b)]; 0 for empty boxes.

    One side after the other and in place: a crowd has some hundreds of boxes and thousands of
    candidates, and arrays of all pairs' corners took 17 times as long.
    """
    inter = np.minimum(a[:, None, 2], b[None, :, 2])
    inter -= np.maximum(a[:, None, 0], b[None, :, 0])
    np.maximum(inter, 0, out=inter)
    tall = np.minimum(a[:, None, 3], b[None, :, 3])
    tall -= np.maximum(a[:, None, 1], b[None, :, 1])
    np.maximum(tall, 0, out=tall)
    inter *= tall
    area_a, area_b = (np.prod(np.maximum(x[:, 2:] - x[:, :2], 0), axis=1) for x in (a, b))
    union = np.add(area_a[:, None], area_b[None], out=tall)
    union -= inter
    share = np.divide(inter, union, out=np.zeros_like(inter), where=union > 0)
    return np.asarray(share, np.float32)
