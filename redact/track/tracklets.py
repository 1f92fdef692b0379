"""The state of every active tracklet, one row each, as a struct of arrays; and their motion: a
constant-velocity Kalman filter over all of them at once.

Every coordinate of (centre x, centre y, width, height) has its own filter of position and velocity,
which is the diagonal form used in SORT (Bewley et al. 2016) and ByteTrack (Zhang et al. 2022, from
which the noise, in shares of the object's size, is taken); time is in seconds, so that variable
frame rates need no special treatment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import DOUBTFUL, Boxes, Detections, log_odds
from .arrays import Arrays
from .associate import Observations, observations_of
from .belief import Clues
from .geometry import IDENTITY, Affine, areas, scale_of, to_boxes, to_centres, warped_centres
from .patches import Patches, patches_of
from .small_pictures import SmallFrame, picture_area

POSITION_NOISE = 0.05
"""Error of a detected centre and size, share of the object's size, as ByteTrack has it (1/20)."""

ACCELERATION = (3.0, 3.0, 0.7, 0.7)
"""Acceleration noise of the four coordinates, object sizes per s^1.5: people and cars change their
speed; their apparent size changes slowly. With the noise of the smoother, faces are linked to
others nearby (`lab/core/README.md`)."""

START_SPEED = (4.0, 4.0, 0.5, 0.5)
"""Standard deviation of the unknown speed of a new object, in its sizes per second: a head on a
bicycle passes by its own size in less than half a second."""

FIRST_ROUND_LOG_ODDS = float(log_odds(DOUBTFUL))
"""Log odds from which a detection is matched in the first round: as likely as not."""


@dataclass
class Motion(Arrays):
    """Filters of N objects.

    Attributes:
        place, speed: float64 [N, 4], centre, width and height in full-resolution pixels.
        p00, p01, p11: float64 [N, 4], covariances of place and speed.
    """

    place: NDArray[np.float64]
    speed: NDArray[np.float64]
    p00: NDArray[np.float64]
    p01: NDArray[np.float64]
    p11: NDArray[np.float64]

    @classmethod
    def of_new(cls, boxes: Boxes) -> Motion:
        """Objects that stand still."""
        place = to_centres(boxes)
        size = np.maximum(np.tile(place[:, 2:], 2), 1.0)
        none = np.zeros_like(place)
        # A plate passes as fast as its vehicle, and is thin: its longer side counts.
        longest = np.repeat(size.max(axis=1, keepdims=True, initial=1.0), 4, axis=1)
        start = (np.array(START_SPEED) * longest) ** 2
        return cls(place, none, (POSITION_NOISE * size) ** 2, none.copy(), start)

    @property
    def boxes(self) -> Boxes:
        """[N, 4] current estimate, full-resolution pixels."""
        return to_boxes(self.place)

    @property
    def spread(self) -> NDArray[np.float64]:
        """[N] standard deviation of the centre, share of the object's size."""
        sigma = np.sqrt(self.p00[:, :2]) / np.maximum(self._size(), 1.0)
        return np.asarray(sigma.max(axis=1, initial=0.0))

    def predict(self, seconds: float) -> None:
        """Move all rows forward in time."""
        if not len(self):
            return
        size = np.maximum(np.tile(self._size(), 2), 1.0)
        q = (np.array(ACCELERATION) * size) ** 2
        self.place = self.place + self.speed * seconds
        self.place[:, 2:] = np.maximum(self.place[:, 2:], 1.0)
        self.p00 = self.p00 + 2 * seconds * self.p01 + seconds**2 * self.p11
        self.p00 += q * seconds**3 / 3
        self.p01 = self.p01 + seconds * self.p11 + q * seconds**2 / 2
        self.p11 = self.p11 + q * seconds

    def warp(self, motion: Affine) -> None:
        """Move all rows with the camera."""
        if not len(self) or motion is IDENTITY:  # as in nearly every frame of a fixed camera
            return
        self.place = warped_centres(self.place, motion)
        scale = scale_of(motion)
        turned = self.speed[:, :2] @ motion[:, :2].T
        self.speed = np.concatenate([turned, self.speed[:, 2:] * scale], axis=1)

    def update(self, rows: NDArray[np.intp], boxes: Boxes, noise: float = 1.0) -> None:
        """Correct `rows` by measured `boxes`; `noise` multiplies their expected error."""
        seen = to_centres(boxes)
        size = np.maximum(np.tile(seen[:, 2:], 2), 1.0)
        p00, p01, p11 = self.p00[rows], self.p01[rows], self.p11[rows]
        total = p00 + (noise * POSITION_NOISE * size) ** 2
        gain, gain_speed = p00 / total, p01 / total
        miss = seen - self.place[rows]
        self.place[rows] += gain * miss
        self.speed[rows] += gain_speed * miss
        self.p00[rows] = (1 - gain) * p00
        self.p01[rows] = (1 - gain) * p01
        self.p11[rows] = p11 - gain_speed * p01

    def _size(self) -> NDArray[np.float64]:
        """[N, 2] width and height; the longer side counts if a box is thin."""
        size = self.place[:, 2:]
        longest = size.max(axis=1, keepdims=True, initial=0.0)
        return np.asarray(np.maximum(size, longest / 3))


@dataclass
class Tracklets(Arrays):
    """Attributes:
    id: int32 [N], tracklet id.
    target: int8 [N].
    detected: float64 [N], time of the last detection in seconds.
    since: float64 [N], scans since the last detection.
    believed: bool [N], whether the object is worth hiding.
    seen: float64 [N], time of the last sighting, detected or followed.
    box: float64 [N, 4], at the last sighting.
    recent: float32 [N, CELLS, CELLS], patch at the last sighting.
    anchor: float32 [N, CELLS, CELLS], patch at the last detection.
    known: float32 [N, CELLS, CELLS], patch at the last firm detection, all 0 if there was none.
    firm_area: float64 [N], area of its box at the last firm detection, infinite before one.
    firm_time: float64 [N], time of that detection, minus infinity before one.
    unbroken: bool [N], whether every patch since then was like the one before.
    read_area: float64 [N], area of its box at the last reading, 0 if there was none.
    start_time: float64 [N], time of the first detection in seconds.
    start_patch: patch there.
    clues: evidence of its target.
    motion: its motion filter.
    """

    id: NDArray[np.int32]
    target: NDArray[np.int8]
    detected: NDArray[np.float64]
    since: NDArray[np.float64]
    believed: NDArray[np.bool_]
    seen: NDArray[np.float64]
    box: Boxes
    recent: Patches
    anchor: Patches
    known: Patches
    firm_area: NDArray[np.float64]
    firm_time: NDArray[np.float64]
    unbroken: NDArray[np.bool_]
    read_area: NDArray[np.float64]
    start_time: NDArray[np.float64]
    start_patch: Patches
    clues: Clues
    motion: Motion

    @classmethod
    def of_new(
        cls, first_id: int, small: SmallFrame, seen: Observations, patches: Patches
    ) -> Tracklets:
        """Objects that were detected for the first time in a scan of a frame."""
        count, none = len(seen), np.float32(0)
        now = np.full(count, small.time)
        return cls(
            id=np.arange(first_id, first_id + count, dtype=np.int32),
            target=seen.target,
            detected=now,
            since=np.zeros(count),
            believed=np.zeros(count, np.bool_),
            seen=now,
            box=seen.boxes,
            recent=patches,
            anchor=patches,
            known=np.where((seen.odds >= FIRST_ROUND_LOG_ODDS)[:, None, None], patches, none),
            firm_area=np.where(seen.odds >= FIRST_ROUND_LOG_ODDS, areas(seen.boxes), np.inf),
            firm_time=np.where(seen.odds >= FIRST_ROUND_LOG_ODDS, small.time, -np.inf),
            unbroken=np.ones(count, np.bool_),
            read_area=np.zeros(count),
            start_time=now,
            start_patch=patches,
            clues=Clues.of_new(seen.target, seen.odds, seen.boxes, picture_area(small)),
            motion=Motion.of_new(seen.boxes),
        )

    @classmethod
    def none(cls) -> Tracklets:
        nobody = observations_of(Detections.empty())
        blank = SmallFrame(0, 0.0, (np.zeros((1, 1), np.uint8),), 1.0, False)
        return cls.of_new(0, blank, nobody, patches_of(blank, nobody.boxes))
