"""Tracklets that are alive while the clip passes: predicted, matched, retired."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .associate import FORBIDDEN, assign, match_costs
from .geometry import Affine
from .log import How, SightingLog
from .motion import MotionBank
from .observe import Observations
from .ring import SmallFrame
from .settings import TrackSettings

WEAK_PENALTY = 0.3
"""Added to the cost of a tracklet that no sure detection has confirmed."""


@dataclass
class _Columns:
    """One row per active tracklet."""

    id: NDArray[np.int32]
    target: NDArray[np.int8]
    seen: NDArray[np.float64]
    sure: NDArray[np.bool_]

    def keep(self, rows: NDArray[np.bool_]) -> None:
        for name in ("id", "target", "seen", "sure"):
            setattr(self, name, getattr(self, name)[rows])


class ActiveTracklets:
    """Association frame by frame, in two rounds as in ByteTrack (Zhang et al. 2022): first the
    sure detections, then the weak ones for the tracklets that are left."""

    def __init__(self, settings: TrackSettings, log: SightingLog, ablate: frozenset[str]) -> None:
        self._settings = settings
        self._log = log
        self._ablate = ablate
        self._bank = MotionBank()
        self._rows = _Columns(
            np.zeros(0, np.int32), np.zeros(0, np.int8), np.zeros(0), np.zeros(0, np.bool_)
        )
        self._time: float | None = None
        self.kinds: list[int] = []
        """Target of every tracklet ever made, by tracklet id."""

    def predict(self, time: float, camera: Affine) -> None:
        """Move all tracklets to the time (seconds) of the next frame."""
        elapsed = 0.0 if self._time is None else min(max(time - self._time, 0.0), 1.0)
        self._time = time
        self._bank.predict(elapsed)
        self._bank.warp(camera)

    def match(self, frame: int, small: SmallFrame, seen: Observations) -> None:
        """Continue tracklets with what was seen in a frame, and start new ones."""
        free_rows = np.ones(len(self._bank), np.bool_)
        free_seen = np.ones(len(seen), np.bool_)
        rounds = [seen.sure, ~seen.sure]
        if "low-round" in self._ablate:
            rounds = rounds[:1]
        for in_round in rounds:
            rows = np.flatnonzero(free_rows)
            columns = np.flatnonzero(free_seen & in_round)
            pairs = self._pairs(rows, seen.select(columns))
            rows, columns = rows[pairs[0]], columns[pairs[1]]
            free_rows[rows], free_seen[columns] = False, False
            self._continue(rows, frame, small, seen.select(columns))
        if "low-round" in self._ablate and not self._settings.keep_all:
            free_seen &= seen.sure
        self._start(frame, small, seen.select(free_seen))

    def retire(self, time: float) -> None:
        """Forget tracklets that were not seen for too long."""
        alive = time - self._rows.seen <= self._settings.lost_time
        if not alive.all():
            self._bank.keep(alive)
            self._rows.keep(alive)

    def _pairs(
        self, rows: NDArray[np.intp], seen: Observations
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        if not len(rows) or not len(seen):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        costs = match_costs(self._bank.boxes[rows], self._bank.spread[rows], seen.boxes)
        costs[~self._rows.sure[rows]] += WEAK_PENALTY
        costs[self._rows.target[rows][:, None] != seen.target[None, :]] = FORBIDDEN
        return assign(np.minimum(costs, FORBIDDEN))

    def _continue(
        self, rows: NDArray[np.intp], frame: int, small: SmallFrame, seen: Observations
    ) -> None:
        if not len(rows):
            return
        if not small.damaged:
            self._bank.update(rows, seen.boxes)
        self._rows.seen[rows] = small.time
        self._rows.sure[rows] |= seen.sure
        ids = self._rows.id[rows]
        self._log.add(ids, frame, How.DETECTED, seen.boxes, seen.hulls, seen.score)

    def _start(self, frame: int, small: SmallFrame, seen: Observations) -> None:
        if not len(seen):
            return
        ids = np.arange(len(self.kinds), len(self.kinds) + len(seen), dtype=np.int32)
        self.kinds.extend(seen.target.tolist())
        self._bank.add(seen.boxes)
        old = self._rows
        self._rows = _Columns(
            np.concatenate([old.id, ids]),
            np.concatenate([old.target, seen.target]),
            np.concatenate([old.seen, np.full(len(seen), small.time)]),
            np.concatenate([old.sure, seen.sure]),
        )
        self._log.add(ids, frame, How.DETECTED, seen.boxes, seen.hulls, seen.score)
