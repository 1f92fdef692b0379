"""Detections of one frame in a canonical order, as the tracker weighs them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import Detections
from .geometry import Boxes


@dataclass(frozen=True, slots=True)
class Observations:
    """N objects seen in one look; struct of arrays.

    Attributes:
        boxes: float64 [N, 4].
        odds: float32 [N], log odds of being what they seem.
        target: int8 [N].
    """

    boxes: Boxes
    odds: NDArray[np.float32]
    target: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.odds)

    @property
    def probability(self) -> NDArray[np.float32]:
        """float32 [N]."""
        return np.asarray(1 / (1 + np.exp(-self.odds)), np.float32)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Observations:
        return Observations(self.boxes[which], self.odds[which], self.target[which])


def observations_of(found: Detections) -> Observations:
    """What a look saw; the result does not depend on the order of `found`.

    Args:
        found: the detector's answer, scores are probabilities.
    """
    order = np.lexsort((*found.xyxy.T[::-1], -found.score, found.target))
    found = found.select(order.astype(np.intp))
    p = np.clip(found.score, 1e-4, 1 - 1e-4).astype(np.float64)
    odds = np.log(p / (1 - p)).astype(np.float32)
    return Observations(found.xyxy.astype(np.float64), odds, found.target)
