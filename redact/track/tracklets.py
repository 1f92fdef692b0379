"""What is known of every active tracklet, one row each, as a struct of arrays; and where it will
be: a constant-velocity Kalman filter over all of them at once.

Every coordinate of (centre x, centre y, width, height) has its own filter of position and
velocity, which is the diagonal form used in SORT (Bewley et al. 2016) and ByteTrack (Zhang et
al. 2022, whose noise, in shares of the object's size, is taken here); time is in seconds, so
that variable frame rates need nothing special.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .belief import Clues
from .geometry import IDENTITY, Affine, Boxes, scale_of, to_boxes, to_centres, warped_centres
from .small_pictures import CELLS, Patches

POSITION_NOISE = 0.05
"""Error of a detected centre and size, share of the object's size, after ByteTrack (1/20)."""

ACCELERATION = (3.0, 3.0, 0.7, 0.7)
"""Acceleration noise of the four coordinates, object sizes per s^1.5: people and cars
change their speed; their apparent size changes slowly."""

START_SPEED = (4.0, 4.0, 0.5, 0.5)
"""Standard deviation of the unknown speed of a new object, its sizes per second: a
head on a bicycle passes in less than half a second by its own size."""


class MotionBank:
    """Filters of N objects, addressed by row."""

    def __init__(self) -> None:
        self.place = np.zeros((0, 4))
        self.speed = np.zeros((0, 4))
        self._p00 = np.zeros((0, 4))
        self._p01 = np.zeros((0, 4))
        self._p11 = np.zeros((0, 4))

    def __len__(self) -> int:
        return len(self.place)

    @property
    def boxes(self) -> Boxes:
        """[N, 4] current estimate, full-resolution pixels."""
        return to_boxes(self.place)

    @property
    def spread(self) -> NDArray[np.float64]:
        """[N] standard deviation of the centre, share of the object's size."""
        sigma = np.sqrt(self._p00[:, :2]) / np.maximum(self._size(), 1.0)
        return np.asarray(sigma.max(axis=1, initial=0.0))

    def add(self, boxes: Boxes) -> None:
        """New rows at the end, standing still."""
        place = to_centres(boxes)
        size = np.maximum(np.tile(place[:, 2:], 2), 1.0)
        none = np.zeros_like(place)
        self.place = np.concatenate([self.place, place])
        self.speed = np.concatenate([self.speed, none])
        self._p00 = np.concatenate([self._p00, (POSITION_NOISE * size) ** 2])
        self._p01 = np.concatenate([self._p01, none])
        self._p11 = np.concatenate([self._p11, (np.array(START_SPEED) * size) ** 2])

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Forget all other rows."""
        for name in ("place", "speed", "_p00", "_p01", "_p11"):
            setattr(self, name, getattr(self, name)[rows])

    def predict(self, seconds: float) -> None:
        """Move all rows forward in time."""
        if not len(self):
            return
        size = np.maximum(np.tile(self._size(), 2), 1.0)
        q = (np.array(ACCELERATION) * size) ** 2
        self.place = self.place + self.speed * seconds
        self.place[:, 2:] = np.maximum(self.place[:, 2:], 1.0)
        self._p00 = self._p00 + 2 * seconds * self._p01 + seconds**2 * self._p11
        self._p00 += q * seconds**3 / 3
        self._p01 = self._p01 + seconds * self._p11 + q * seconds**2 / 2
        self._p11 = self._p11 + q * seconds

    def warp(self, motion: Affine) -> None:
        """Move all rows with the camera."""
        if not len(self) or motion is IDENTITY:  # as it is in nearly every frame of a fixed one
            return
        self.place = warped_centres(self.place, motion)
        scale = scale_of(motion)
        turned = self.speed[:, :2] @ motion[:, :2].T
        self.speed = np.concatenate([turned, self.speed[:, 2:] * scale], axis=1)

    def update(self, rows: NDArray[np.intp], boxes: Boxes, noise: float = 1.0) -> None:
        """Correct `rows` by measured `boxes`; `noise` multiplies their expected error."""
        seen = to_centres(boxes)
        size = np.maximum(np.tile(seen[:, 2:], 2), 1.0)
        p00, p01, p11 = self._p00[rows], self._p01[rows], self._p11[rows]
        total = p00 + (noise * POSITION_NOISE * size) ** 2
        gain, gain_speed = p00 / total, p01 / total
        miss = seen - self.place[rows]
        self.place[rows] += gain * miss
        self.speed[rows] += gain_speed * miss
        self._p00[rows] = (1 - gain) * p00
        self._p01[rows] = (1 - gain) * p01
        self._p11[rows] = p11 - gain_speed * p01

    def _size(self) -> NDArray[np.float64]:
        """[N, 2] width and height; the longer side counts where a box is thin."""
        size = self.place[:, 2:]
        longest = size.max(axis=1, keepdims=True, initial=0.0)
        return np.asarray(np.maximum(size, longest / 3))


@dataclass
class Columns:
    """Attributes:
    id: int32 [N], tracklet id.
    target: int8 [N].
    detected: float64 [N], time of the last detection in seconds.
    sure: float64 [N], time at which a network saw it last, by a close look too.
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
    known: float32 [N, CELLS, CELLS], look at the last firm detection, all 0 where there was none.
    unbroken: bool [N], whether every look since then was like one of those before it.
    start: int32 [N], frame of the first sighting.
    start_time: float64 [N], seconds.
    start_box, start_look: box and patch there.
    clues: evidence of what it is.
    """

    id: NDArray[np.int32]
    target: NDArray[np.int8]
    detected: NDArray[np.float64]
    sure: NDArray[np.float64]
    seen: NDArray[np.float64]
    since: NDArray[np.float64]
    pending: NDArray[np.float64]
    believed: NDArray[np.bool_]
    chasing: NDArray[np.bool_]
    box: Boxes
    origin: Boxes
    recent: Patches
    anchor: Patches
    known: Patches
    unbroken: NDArray[np.bool_]
    start: NDArray[np.int32]
    start_time: NDArray[np.float64]
    start_box: Boxes
    start_look: Patches
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
            sure=times,
            seen=times,
            since=times,
            pending=times,
            believed=flags,
            chasing=flags,
            box=boxes,
            origin=boxes,
            recent=looks,
            anchor=looks,
            known=looks,
            unbroken=flags,
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
