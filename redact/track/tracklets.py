"""What is known of every active tracklet, one row each, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .belief import Clues
from .geometry import Boxes
from .patches import CELLS, Samples


@dataclass
class Columns:
    """Attributes:
    id: int32 [N], tracklet id.
    target: int8 [N].
    detected: float64 [N], time of the last detection in seconds.
    seen: float64 [N], time of the last sighting, detected or followed.
    since: float64 [N], looks since the last detection.
    pending: float64 [N], time from which the object is believed and still to be followed back
        from its start; NaN where it is not.
    believed: bool [N], whether the object is worth following.
    chasing: bool [N], whether the pixel tracker has not lost it.
    box: float64 [N, 4], at the last sighting.
    origin: float64 [N, 4], where it began, moved with the camera since.
    recent: float32 [N, CELLS, CELLS], look at the last sighting.
    anchor: float32 [N, CELLS, CELLS], look at the last detection.
    start: int32 [N], frame of the first sighting.
    start_time: float64 [N], seconds.
    start_box, start_look: box and patch there.
    clues: evidence of what it is.
    """

    id: NDArray[np.int32]
    target: NDArray[np.int8]
    detected: NDArray[np.float64]
    seen: NDArray[np.float64]
    since: NDArray[np.float64]
    pending: NDArray[np.float64]
    believed: NDArray[np.bool_]
    chasing: NDArray[np.bool_]
    box: Boxes
    origin: Boxes
    recent: Samples
    anchor: Samples
    start: NDArray[np.int32]
    start_time: NDArray[np.float64]
    start_box: Boxes
    start_look: Samples
    clues: Clues

    @classmethod
    def none(cls) -> Columns:
        looks = np.zeros((0, CELLS, CELLS), np.float32)
        boxes, times = np.zeros((0, 4)), np.zeros(0)
        flags, ids = np.zeros(0, np.bool_), np.zeros(0, np.int32)
        return cls(
            id=ids,
            target=np.zeros(0, np.int8),
            detected=times,
            seen=times,
            since=times,
            pending=times,
            believed=flags,
            chasing=flags,
            box=boxes,
            origin=boxes,
            recent=looks,
            anchor=looks,
            start=ids,
            start_time=times,
            start_box=boxes,
            start_look=looks,
            clues=Clues.none(),
        )

    def __len__(self) -> int:
        return len(self.id)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Forget all other rows."""
        for field in fields(self):
            value = getattr(self, field.name)
            kept = value.select(rows) if isinstance(value, Clues) else value[rows]
            setattr(self, field.name, kept)

    def extend(self, more: Columns) -> None:
        """Append rows."""
        for field in fields(self):
            mine, other = getattr(self, field.name), getattr(more, field.name)
            if isinstance(mine, Clues):
                setattr(self, field.name, Clues.concat([mine, other]))
            else:
                setattr(self, field.name, np.concatenate([mine, other]))
