"""What was faintly seen where an object was only followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes, union
from .neighbours import iou_pairs
from .observe import Observations

OVERLAP = 0.25
"""IoU from which a detection may be the followed object itself, seen better than by its pixels."""


def with_faint(boxes: Boxes, target: NDArray[np.int8], seen: Observations | None) -> Boxes:
    """Followed boxes, each with all detections of the same frame and target that overlap it.

    Association takes one detection for an object or none. Where it took none, in a frame smeared
    or broken by compression, the pixels have followed to somewhere near, and a detection too faint
    or too far off to be taken may be where it really is. The mask holds both.

    Args:
        boxes: float64 [N, 4].
        target: int8 [N].
        seen: of the frame; None where the detector did not run.
    """
    out = boxes.copy()
    if seen is None:
        return out
    i, j, _ = iou_pairs(boxes, seen.boxes, OVERLAP)
    same = target[i] == seen.target[j]
    for row, other in zip(i[same], j[same], strict=True):
        out[row] = union(out[row][None], seen.boxes[other][None])[0]
    return out
