"""Detections of one frame, put in a canonical order and with duplicates joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import Detections
from .geometry import Boxes, ious

SAME = 0.55
"""IoU from which two detections of one frame are the same object (the detectors' own
suppression removes what overlaps by 0.5 within one network; here several meet)."""


@dataclass(frozen=True, slots=True)
class Observations:
    """N objects seen in one frame; struct of arrays.

    Attributes:
        boxes: float64 [N, 4], of the strongest detection.
        hulls: float64 [N, 4], contains all detections of the object.
        score: float32 [N], of the strongest detection.
        target: int8 [N].
        sure: bool [N], whether the score alone is enough to protect the object.
    """

    boxes: Boxes
    hulls: Boxes
    score: NDArray[np.float32]
    target: NDArray[np.int8]
    sure: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.score)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Observations:
        return Observations(
            self.boxes[which],
            self.hulls[which],
            self.score[which],
            self.target[which],
            self.sure[which],
        )


def observations_of(
    found: Detections, sure: tuple[float, float], candidate: tuple[float, float], keep_all: bool
) -> Observations:
    """Objects of one frame; the result does not depend on the order of `found`."""
    order = np.lexsort((*found.xyxy.T[::-1], -found.score, found.target))
    found = found.select(order.astype(np.intp))
    index = np.clip(found.target, 0, 1)
    if not keep_all:
        found = found.select(found.score >= np.array(candidate)[index])
        index = np.clip(found.target, 0, 1)
    boxes = found.xyxy.astype(np.float64)
    leader = _leaders(boxes, found.target)
    hulls = boxes.copy()
    for row in np.flatnonzero(leader != np.arange(len(leader))):
        hulls[leader[row], :2] = np.minimum(hulls[leader[row], :2], boxes[row, :2])
        hulls[leader[row], 2:] = np.maximum(hulls[leader[row], 2:], boxes[row, 2:])
    is_sure = found.score >= np.array(sure)[index]
    every = Observations(boxes, hulls, found.score, found.target, is_sure)
    return every.select(leader == np.arange(len(leader)))


def _leaders(boxes: Boxes, target: NDArray[np.int8]) -> NDArray[np.intp]:
    """[N] row of the strongest detection of the same object; rows are in canonical order."""
    leader = np.arange(len(boxes))
    same = (ious(boxes, boxes) > SAME) & (target[:, None] == target[None, :])
    for row in range(len(boxes)):
        if leader[row] == row:
            joins = same[row] & (leader == np.arange(len(boxes)))
            joins[: row + 1] = False
            leader[joins] = row
    return leader
