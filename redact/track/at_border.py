"""What enters over the border of the picture continues beyond it.

A detector sees the part that is in the picture. Whoever is followed from there keeps the size of
that part, and both its sides move: more and more of the face would stay open between the border and
the mask. So until it is seen again, the side that was at the border stays there, as long as what is
hidden is no larger than a whole face or plate.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import PerKind, Target
from .geometry import OUTWARD, Boxes

AT_BORDER: Final = 0.05
"""Share of its size from which a seen box ends at the border: detectors' boxes end a
pixel or two before it."""

LARGEST: Final = PerKind(
    "track/at_border: LARGEST",
    {
        Target.FACE: (1.0, 1.6),
        Target.PLATE: (3.2, 0.6),
        Target.HEAD: (1.1, 1.5),
        Target.PERSON: (0.8, 3.5),
    },
)
"""Largest width in heights, and height in widths. Measured: of the 284 faces in the labels of dev
(`lab/real/labels_dev*.json`) that no border cuts, nine in ten are no wider, and nineteen in
twenty no taller; of 46 plates nine in ten. Heads: faces with `TargetSpec.reach` around them.
People: somebody who stands with arms beside the body, or walks; a judgement."""


def whole_at_border(
    boxes: Boxes, detected: NDArray[np.intp], size: tuple[int, int], target: Target
) -> Boxes:
    """Boxes of one track, one per frame, each containing the box it came from.

    Args:
        boxes: [N, 4] best estimates.
        detected: rows with a detection, rising; they stay as they are.
        size: upright width and height of the picture.
        target: of the track.
    """
    if not len(detected):
        return boxes
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    sizes = np.stack([width, height, width, height], axis=1)
    border = np.array([0, 0, *size], np.float64)
    cut = ((boxes - border) * OUTWARD >= -AT_BORDER * sizes)[detected]
    after = np.searchsorted(detected, np.arange(len(boxes)))
    before = np.maximum(after - 1, 0)
    cut_here = cut[before] | cut[np.minimum(after, len(detected) - 1)]
    cut_here[detected] = False
    wide, tall = LARGEST[target]
    largest = np.stack([wide * height, tall * width] * 2, axis=1)
    # From the side that lies opposite; no farther than to the border.
    whole = np.roll(boxes, 2, axis=1) + OUTWARD * largest
    whole = np.concatenate([np.maximum(whole[:, :2], 0), np.minimum(whole[:, 2:], size)], axis=1)
    larger = np.where(whole * OUTWARD > boxes * OUTWARD, whole, boxes)
    return np.asarray(np.where(cut_here, larger, boxes))
