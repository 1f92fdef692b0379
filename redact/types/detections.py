"""What a detector saw in one picture, as a struct of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .target import Target


@dataclass(frozen=True, slots=True)
class Detections:
    """N detections in one upright picture.

    Attributes:
        xyxy: float32 [N, 4], left, top, right, bottom in upright source pixels (see `Box`).
        score: float32 [N], 0 to 1.
        target: int8 [N], values of `Target`.

    Raises:
        ValueError: if the arrays disagree in length or hold values that are not finite.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    target: NDArray[np.int8]

    def __post_init__(self) -> None:
        n = len(self.score)
        if self.xyxy.shape != (n, 4) or self.target.shape != (n,):
            raise ValueError(
                f"arrays disagree: xyxy {self.xyxy.shape}, score {n}, target {self.target.shape}"
            )
        # A NaN would compare false everywhere and so vanish silently: that is a leak.
        if not (np.isfinite(self.xyxy).all() and np.isfinite(self.score).all()):
            raise ValueError("detections hold values that are not finite")

    @classmethod
    def empty(cls) -> Detections:
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int8))

    @classmethod
    def concat(cls, parts: Sequence[Detections]) -> Detections:
        """All detections of `parts`, in order, duplicates kept."""
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.score for p in parts]),
            np.concatenate([p.target for p in parts]),
        )

    def __len__(self) -> int:
        return len(self.score)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """The detections at a boolean mask or an index array."""
        return Detections(self.xyxy[which], self.score[which], self.target[which])

    def only(self, targets: Sequence[Target]) -> Detections:
        return self.select(np.isin(self.target, [int(t) for t in targets]))

    def box(self, i: int) -> Box:
        return Box(*map(float, self.xyxy[i]))
