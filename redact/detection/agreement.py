"""One answer from what several scales saw of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Target
from .nms import cluster
from .thresholds import NMS_IOU

ABSENT: Final = 0.4
"""A scale that saw nothing is taken to have seen this share of the best score.

Chosen on every second annotated still; 0.3 to 0.5 move average precision by less than .005
(`training/README.md`, "Two scales and agreement")."""

EXPECTED: Final[dict[Target, tuple[float, float]]] = {
    Target.FACE: (10.0, 250.0),
    Target.PLATE: (0.0, 150.0),
}
"""Heights in pixels of the scaled picture at which a scale can be expected to see an object.
Meaning: about the sizes that the network was trained on; a judgement, not fitted."""

FUSE_IOU: Final = 0.6
"""Candidates that overlap the kept box by at least this take part in the box.
Meaning: enough that they frame the same thing; a judgement, not fitted."""


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
    # A candidate belongs to the box that suppressed it, the best it overlaps: otherwise a
    # duplicate at the edge of an object would inherit the score of its middle.
    kept, owner, overlap = cluster(found.xyxy, found.score, NMS_IOU)
    weight = np.where(overlap >= FUSE_IOU, overlap * found.score**2, 0.0)
    total = np.bincount(owner, weight, len(kept))[:, None]
    sums = np.stack([np.bincount(owner, weight * side, len(kept)) for side in found.xyxy.T], 1)
    # An empty box overlaps nothing, not even itself.
    xyxy = np.where(total > 0, sums / np.maximum(total, 1e-9), found.xyxy[kept])
    best = found.score[kept]
    tall = xyxy[:, 3] - xyxy[:, 1]
    low, high = EXPECTED[target]
    seen = []
    for number, zoom in enumerate(zooms):
        here, of_scale = np.zeros(len(kept), np.float32), scale == number
        np.maximum.at(here, owner[of_scale], found.score[of_scale])
        able = (tall * zoom >= low) & (tall * zoom <= high)
        seen.append(np.where(able, np.maximum(here, ABSENT * best), best))
    return Detections(
        xyxy.astype(np.float32), np.mean(seen, axis=0).astype(np.float32), found.target[kept]
    )
