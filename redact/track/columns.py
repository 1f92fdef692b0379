"""What is known of every active tracklet, one row each, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes
from .patches import CELLS, Samples


@dataclass
class Columns:
    """Attributes:
    id: int32 [N], tracklet id.
    target: int8 [N].
    detected: float64 [N], time of the last detection in seconds.
    seen: float64 [N], time of the last sighting, detected or followed.
    pending: float64 [N], time from which the object is believed and still to be followed back
        from its start; NaN where it is not.
    score: float32 [N], of the last detection.
    rank: int8 [N], values of `Rank`, of the last detection.
    evidence: float64 [N], sum of the scores of the last seconds' detections.
    sure: bool [N], whether the object is certainly kept.
    chasing: bool [N], whether the pixel tracker has not lost it.
    box: float64 [N, 4], at the last sighting.
    recent: float32 [N, CELLS, CELLS], look at the last sighting.
    anchor: float32 [N, CELLS, CELLS], look at the last detection.
    start: int32 [N], frame of the first sighting.
    start_box, start_look: box and patch there.
    """

    id: NDArray[np.int32]
    target: NDArray[np.int8]
    detected: NDArray[np.float64]
    seen: NDArray[np.float64]
    pending: NDArray[np.float64]
    score: NDArray[np.float32]
    rank: NDArray[np.int8]
    evidence: NDArray[np.float64]
    sure: NDArray[np.bool_]
    chasing: NDArray[np.bool_]
    box: Boxes
    recent: Samples
    anchor: Samples
    start: NDArray[np.int32]
    start_box: Boxes
    start_look: Samples

    @classmethod
    def none(cls) -> Columns:
        looks = np.zeros((0, CELLS, CELLS), np.float32)
        boxes = np.zeros((0, 4))
        times = np.zeros(0)
        flags = np.zeros(0, np.bool_)
        ids = np.zeros(0, np.int32)
        return cls(
            id=ids,
            target=np.zeros(0, np.int8),
            detected=times,
            seen=times,
            pending=times,
            score=np.zeros(0, np.float32),
            rank=np.zeros(0, np.int8),
            evidence=times,
            sure=flags,
            chasing=flags,
            box=boxes,
            recent=looks,
            anchor=looks,
            start=ids,
            start_box=boxes,
            start_look=looks,
        )

    def __len__(self) -> int:
        return len(self.id)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Forget all other rows."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[rows])

    def extend(self, more: Columns) -> None:
        """Append rows."""
        for field in fields(self):
            both = [getattr(self, field.name), getattr(more, field.name)]
            setattr(self, field.name, np.concatenate(both))
