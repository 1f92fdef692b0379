"""Detections of one frame, put in a canonical order and with duplicates joined."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..types import Detections
from .geometry import Boxes, union
from .neighbours import iou_pairs
from .settings import COMMON_SIZE, TrackSettings

SAME = 0.55
"""IoU from which two detections of one frame are the same object (the detectors' own
suppression removes what overlaps by 0.5 within one network; here several meet)."""


ECHO_WITHIN = 0.9
ECHO_SCORE = 0.5
"""A detection with less than this share of a sure one's score that contains this share of it is
an echo. Set by looking at `samples/street.mp4`, where two people cross."""


class Rank(IntEnum):
    """What the score of a detection is good for."""

    CONTINUES = 0
    """It may continue a track and is nothing by itself."""
    STARTS = 1
    """Several of them make a track, if one among them is `FIRM`."""
    FIRM = 2
    """Firm enough to vouch for others that agree with it."""
    SURE = 3
    """It is protected, alone or not."""


@dataclass(frozen=True, slots=True)
class Observations:
    """N objects seen in one frame; struct of arrays.

    Attributes:
        boxes: float64 [N, 4], of the strongest detection.
        hulls: float64 [N, 4], contains all detections of the object.
        score: float32 [N], of the strongest detection.
        target: int8 [N].
        rank: int8 [N], values of `Rank`.
    """

    boxes: Boxes
    hulls: Boxes
    score: NDArray[np.float32]
    target: NDArray[np.int8]
    rank: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.score)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Observations:
        return Observations(
            self.boxes[which],
            self.hulls[which],
            self.score[which],
            self.target[which],
            self.rank[which],
        )


def observations_of(found: Detections, settings: TrackSettings, long_side: float) -> Observations:
    """Objects of one frame; the result does not depend on the order of `found`.

    Args:
        found: what the detector returned.
        settings: thresholds.
        long_side: of the picture, pixels.

    The many detections that may only continue a track are taken as they are; among the others
    duplicates become one object.
    """
    order = np.lexsort((*found.xyxy.T[::-1], -found.score, found.target))
    found = found.select(order.astype(np.intp))
    rank = _ranks(found, settings, long_side)
    firm, faint = found.select(rank > Rank.CONTINUES), found.select(rank == Rank.CONTINUES)
    faint = faint.select(~_echoes(faint, found.select(rank == Rank.SURE)))
    boxes = firm.xyxy.astype(np.float64)
    leader = _leaders(boxes, firm.target)
    hulls = boxes.copy()
    for row in np.flatnonzero(leader != np.arange(len(leader))):
        hulls[leader[row]] = union(hulls[leader[row]][None], boxes[row][None])[0]
    leads = leader == np.arange(len(leader))
    every = Detections.concat([firm.select(leads), faint])
    own = every.xyxy.astype(np.float64)
    both = np.concatenate([hulls[leads], own[int(leads.sum()) :]])
    return Observations(own, both, every.score, every.target, _ranks(every, settings, long_side))


def _echoes(faint: Detections, sure: Detections) -> NDArray[np.bool_]:
    """[N] whether a faint detection is the doubtful outline of a sure one of the same target.

    A network that is sure of a face also sees, faintly, head and shoulders as one: taken for an
    object of its own, that keeps alive tracks whose object has moved on, with huge masks.
    """
    a, b = faint.xyxy[:, None], sure.xyxy[None]
    side = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0)
    area = np.prod(sure.xyxy[:, 2:] - sure.xyxy[:, :2], axis=1)
    within = side.prod(axis=2) >= ECHO_WITHIN * area
    weaker = faint.score[:, None] < ECHO_SCORE * sure.score
    same = faint.target[:, None] == sure.target
    return np.asarray((within & weaker & same).any(axis=1))


def _ranks(found: Detections, settings: TrackSettings, long_side: float) -> NDArray[np.int8]:
    kind = np.clip(found.target, 0, 1)
    rank = np.full(len(found), -1, np.int8)
    rank[found.score >= _per_kind(settings.candidate, kind)] = Rank.CONTINUES
    doubt = doubts(found, settings, long_side)
    starts = found.score >= _per_kind(settings.start, kind) + doubt
    rank[starts] = Rank.SURE if settings.keep_all else Rank.STARTS
    firm = starts & (found.score >= _per_kind(settings.firm, kind) + doubt)
    rank[firm & (rank == Rank.STARTS)] = Rank.FIRM
    rank[found.score >= _per_kind(settings.sure, kind) + doubt] = Rank.SURE
    return rank


def _per_kind(limits: tuple[float, float], kind: NDArray[np.int8]) -> NDArray[np.float32]:
    # In the precision of the scores: a score of 0.45 must reach a limit of 0.45.
    return np.array(limits, np.float32)[kind]


def doubts(found: Detections, settings: TrackSettings, long_side: float) -> NDArray[np.float32]:
    """[N] what every detection's size adds to the scores at which it counts."""
    side = np.maximum(found.xyxy[:, 2:] - found.xyxy[:, :2], 0)
    size = np.sqrt(side[:, 0] * side[:, 1]) / max(long_side, 1.0)
    kind = np.clip(found.target, 0, 1)
    beyond = np.maximum(size - COMMON_SIZE, 0)
    return np.asarray(_per_kind(settings.doubt_of_size, kind) * beyond, np.float32)


def _leaders(boxes: Boxes, target: NDArray[np.int8]) -> NDArray[np.intp]:
    """[N] row of the strongest detection of the same object; rows are in canonical order."""
    leader = np.arange(len(boxes))
    i, j, _ = iou_pairs(boxes, boxes, SAME)
    pairs = (i < j) & (target[i] == target[j])
    order = np.lexsort((j[pairs], i[pairs]))
    for first, second in zip(i[pairs][order], j[pairs][order], strict=True):
        if leader[first] == first and leader[second] == second:
            leader[second] = first
    return leader
