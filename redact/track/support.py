"""Evidence from neighbouring frames for detections that are not sure by themselves.

A detection is believed when detections of the same place, moving with the camera, within
`support_time` on both sides have a large enough sum of scores, and one of them is firm. This
does not depend on how detections were linked: another detection more can only add to the sum,
never take away, so that believing more never uncovers anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .geometry import Affine, Boxes, warped
from .neighbours import iou_pairs
from .observe import Rank

AGREE = 0.3
"""IoU from which detections of neighbouring frames speak of the same object."""

REFERENCE_STEP = 1 / 25
"""Seconds that one frame's score counts for; at other frame rates scores are weighed, so that
a fast camera does not turn noise into evidence."""


_FIELDS = ("_boxes", "_target", "_score", "_sum", "_firm", "_vouched", "_time", "_tracklet")
"""One row per detection in each."""


class SupportWindow:
    """Detections of the last moments with the sum of scores that speak for each of them."""

    def __init__(self, seconds: float, needed: float) -> None:
        self._seconds = seconds
        self._needed = needed
        self._boxes: Boxes = np.zeros((0, 4))
        self._target = np.zeros(0, np.int8)
        self._score = np.zeros(0)
        self._sum = np.zeros(0)
        self._firm = np.zeros(0, np.bool_)
        self._vouched = np.zeros(0, np.bool_)
        self._time = np.zeros(0)
        self._tracklet = np.zeros(0, np.int32)
        self._last: float | None = None

    def warp(self, camera: Affine) -> None:
        """Move all detections with the camera, to the next frame."""
        if len(self._boxes):
            self._boxes = warped(self._boxes, camera)

    def push(
        self,
        time: float,
        boxes: Boxes,
        score: NDArray[np.float32],
        target: NDArray[np.int8],
        tracklet: NDArray[np.int32],
        rank: NDArray[np.int8],
    ) -> NDArray[np.int32]:
        """Add a frame's detections; ids of all tracklets of the last moments that are believed.

        Args:
            time: of the frame in seconds.
            boxes, score, target, tracklet: [N, 4] and [N] each.
            rank: [N], values of `Rank`; what is sure is believed whatever the others say.
        """
        elapsed = REFERENCE_STEP if self._last is None else time - self._last
        self._last = time
        weight = score * np.clip(elapsed / REFERENCE_STEP, 0.2, 2.0)
        self._drop(time - self._time <= self._seconds)
        i, j, _ = iou_pairs(boxes, self._boxes, AGREE)
        good = target[i] == self._target[j]
        i, j = i[good], j[good]
        mine = weight + np.bincount(i, self._score[j], minlength=len(boxes))
        sure, firm = rank == Rank.SURE, rank >= Rank.FIRM
        mine[sure] = np.maximum(mine[sure], self._needed)
        vouched = firm.copy()
        vouched[i[self._firm[j]]] = True
        self._vouched[j[firm[i]]] = True
        self._sum += np.bincount(j, weight[i], minlength=len(self._boxes))
        self._boxes = np.concatenate([self._boxes, boxes])
        self._target = np.concatenate([self._target, target])
        self._score = np.concatenate([self._score, weight])
        self._sum = np.concatenate([self._sum, mine])
        self._firm = np.concatenate([self._firm, firm])
        self._vouched = np.concatenate([self._vouched, vouched])
        self._time = np.concatenate([self._time, np.full(len(boxes), time)])
        self._tracklet = np.concatenate([self._tracklet, tracklet])
        return np.unique(self._tracklet[(self._sum >= self._needed) & self._vouched])

    def _drop(self, keep: NDArray[np.bool_]) -> None:
        if keep.all():
            return
        for name in _FIELDS:
            setattr(self, name, getattr(self, name)[keep])
