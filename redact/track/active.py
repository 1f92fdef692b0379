"""Tracklets that are alive while the clip passes: predicted, matched, followed, retired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..types import Target
from .associate import Objects, assign, possible_pairs
from .backward import Job
from .belief import Belief, Ends
from .columns import Columns
from .faint import with_faint
from .follow import COAST, step
from .geometry import Affine, scale_of
from .log import How, SightingLog
from .motion import MotionBank
from .neighbours import iou_pairs, lies_on
from .observe import Observations, Rank
from .patches import Samples, patches_of
from .ring import SmallFrame
from .settings import TrackSettings
from .support import REFERENCE_STEP

WEAK_PENALTY = 0.3
"""Added to the cost of a tracklet that no sure detection has confirmed."""

WEAK_LOST_TIME = 0.2
"""Seconds after which an unconfirmed tracklet that is not seen again is forgotten."""

FOLLOW_NOISE = 1.5
"""Expected error of a followed box, in errors of a detected one."""
ONSET_DELAY = 0.4
"""Seconds after which a new object is followed back to before its first sighting."""

RESTLESS_STEP = 0.25
RESTLESS_ZOOM = 0.02
"""Motion in a frame, in object sizes, and zoom from which every frame is detected on."""

NEW = 4
"""Frames for which something new and firm has every frame detected on: what moves by its own
width in two frames could never be confirmed."""

ABSORBED = 0.5
"""IoU with another object's detection from which an undetected object is hidden behind it."""

EVIDENCE_LASTS = 1.0
"""Seconds after which evidence counts a third."""

FOLLOW_PER_EVIDENCE = 0.5
"""Seconds of following that a summed detector score of 1 earns: what was seen for a moment by
chance must not stay masked for seconds."""


class ActiveTracklets:
    """Association frame by frame, in two rounds as in ByteTrack (Zhang et al. 2022): first the
    sure detections, then the weak ones for the tracklets that are left. What is then still
    unseen is looked for in the pixels."""

    def __init__(self, settings: TrackSettings, log: SightingLog, ablate: frozenset[str]) -> None:
        self._settings = settings
        self._log = log
        self._ablate = ablate
        self._bank = MotionBank()
        self.rows = Columns.none()
        self._time: float | None = None
        self._before = 0.0
        self._weight = 1.0
        self._earlier: SmallFrame | None = None
        self._gaps: list[Job] = []
        self._made = 0
        self._shown: Observations | None = None
        self._belief = Belief(settings)

    @property
    def kept(self) -> dict[int, Ends]:
        """Retired tracklets that are protected, by id, with their looks at both ends."""
        return self._belief.kept

    def predict(self, time: float, camera: Affine) -> None:
        """Move all tracklets to the time (s) of the next frame."""
        elapsed = 0.0 if self._time is None else min(max(time - self._time, 0.0), 1.0)
        self._before = time if self._time is None else self._time
        self._time = time
        self._weight = float(np.clip(elapsed / REFERENCE_STEP, 0.2, 2.0))
        self._shown = None
        self.rows.evidence *= np.exp(-elapsed / EVIDENCE_LASTS)
        self._bank.predict(elapsed)
        self._bank.warp(camera)
        self._belief.warp(camera)

    def restless(self, camera: Affine, small: SmallFrame) -> bool:
        """Whether something moves too fast, or is too uncertain, to go without a detection."""
        r = self.rows
        if abs(scale_of(camera) - 1) > RESTLESS_ZOOM:
            return True
        if (~r.sure & (r.rank >= Rank.FIRM) & (small.index - r.start <= NEW)).any():
            return True
        if not r.sure.any():
            return False
        size = np.maximum(self._bank.place[r.sure, 2:], 1.0)
        step = np.abs(self._bank.speed[r.sure, :2]) * max(small.time - (self._time or 0.0), 0.0)
        lost = (r.seen[r.sure] < (self._time or 0.0)).any()
        return bool(lost or (step > RESTLESS_STEP * size).any())

    def match(self, small: SmallFrame, seen: Observations) -> None:
        """Continue tracklets with what was seen in a frame, and start new ones."""
        self._shown = seen
        free = np.ones(len(self.rows), np.bool_)
        sure = seen.select(seen.rank == Rank.SURE)
        started = self._round(free, sure, small)
        if "low-round" not in self._ablate:
            weak = seen.select((seen.rank == Rank.STARTS) | (seen.rank == Rank.FIRM))
            started += self._round(free, weak, small)
            free &= self.rows.sure[: len(free)]
            faint = seen.select(seen.rank == Rank.CONTINUES)
            self._round(free, faint.select(self._near(free, faint)), small)
        for fresh, looks in started:
            self._start(small, fresh, looks)
        self._belief.renew(small.time, self.rows)

    def _round(
        self, free: NDArray[np.bool_], seen: Observations, small: SmallFrame
    ) -> list[tuple[Observations, Samples]]:
        """Match what was seen to the rows that are `free`; what is left is handed back."""
        if not len(seen):
            return []
        looks = patches_of(small, seen.boxes)
        rows = np.flatnonzero(free)
        matched, columns = self._pairs(rows, seen, looks)
        rows = rows[matched]
        free[rows] = False
        self._continue(rows, small, seen.select(columns), looks[columns])
        left = np.ones(len(seen), np.bool_)
        left[columns] = False
        return [(seen.select(left), looks[left])]

    def _near(self, free: NDArray[np.bool_], seen: Observations) -> NDArray[np.bool_]:
        """Which detections overlap one of the `free` rows: cheap, as they may be a thousand."""
        out = np.zeros(len(seen), np.bool_)
        out[iou_pairs(self._bank.boxes[free], seen.boxes, 0.15)[1]] = True
        return out

    def follow(self, small: SmallFrame) -> None:
        """Look in the pixels for what was not detected in this frame."""
        earlier, self._earlier = self._earlier, small
        if earlier is None or "follow" in self._ablate:
            return
        rows = self._unseen(small)
        if not len(rows):
            return
        r = self.rows
        found = step(
            earlier,
            small,
            r.box[rows],
            self._bank.boxes[rows],
            r.recent[rows],
            r.anchor[rows],
            r.seen[rows] < earlier.time,
        )
        here = r.detected == small.time
        hidden = lies_on(found.boxes, r.target[rows], r.box[here], r.target[here], ABSORBED)
        good = found.found & ~hidden
        lost = rows[~good]
        r.chasing[lost] = small.time - r.seen[lost] <= COAST
        r.box[lost] = self._bank.boxes[lost]
        rows = rows[good]
        boxes = found.boxes[good]
        self._bank.update(rows, boxes, FOLLOW_NOISE)
        r.seen[rows], r.box[rows], r.recent[rows] = small.time, boxes, found.patches[good]
        none = np.zeros(len(rows), np.float32)
        hulls = with_faint(boxes, r.target[rows], self._shown)
        self._log.add(r.id[rows], small.index, How.FOLLOWED, boxes, hulls, none)

    def jobs(self, small: SmallFrame, all_now: bool = False) -> list[Job]:
        """What is to be followed back now: gaps that closed, and objects that came into being.

        An object waits for `ONSET_DELAY` (until its speed is known and there is evidence of
        it), or until it is lost, or, with `all_now`, not at all.
        """
        r = self.rows
        jobs, self._gaps = self._gaps, []
        due = np.isfinite(r.pending) & (
            all_now | (small.time - r.pending >= ONSET_DELAY) | (r.seen < small.time)
        )
        for row in np.flatnonzero(due):
            jobs.append(self._job(int(row), int(r.start[row]), r.start_box[row], r.start_look[row]))
        r.pending[due] = np.nan
        return [] if "follow" in self._ablate else jobs

    def _job(
        self, row: int, frame: int, box: NDArray[np.float64], look: NDArray[np.float32]
    ) -> Job:
        r = self.rows
        return Job(
            int(r.id[row]),
            Target(int(r.target[row])),
            frame,
            box,
            look,
            self._bank.speed[row, :2].copy(),
            float(self._earned(np.array([row]))[0]),
        )

    def _earned(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Seconds that objects may be followed without a detection."""
        earned = self.rows.evidence[rows] * FOLLOW_PER_EVIDENCE
        return np.asarray(np.minimum(earned, self._settings.follow_time))

    def retire(self, time: float) -> None:
        """Forget tracklets that were not seen for too long."""
        longest = np.where(self.rows.sure, self._settings.lost_time, WEAK_LOST_TIME)
        alive = time - self.rows.seen <= longest
        if not alive.all():
            self._belief.retire(self.rows, ~alive, time)
            self._bank.keep(alive)
            self.rows.keep(alive)

    def finish(self) -> None:
        """Retire all."""
        self._belief.retire(self.rows, np.ones(len(self.rows), np.bool_), self._time or 0.0)

    def _unseen(self, small: SmallFrame) -> NDArray[np.intp]:
        """Rows to be followed into this frame."""
        r = self.rows
        undetected = small.time - r.detected
        wanted = (r.seen < small.time) & r.sure & r.chasing
        rows = np.flatnonzero(wanted)
        return np.asarray(rows[undetected[rows] <= self._earned(rows)])

    def _pairs(
        self, rows: NDArray[np.intp], seen: Observations, looks: Samples
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        r = self.rows
        expected = Objects(self._bank.boxes[rows], r.target[rows], r.recent[rows])
        pairs = possible_pairs(
            expected, self._bank.spread[rows], Objects(seen.boxes, seen.target, looks)
        )
        weak = np.where(r.sure[rows[pairs.first]], 0.0, WEAK_PENALTY)
        return assign(replace(pairs, cost=pairs.cost + weak))

    def _continue(
        self, rows: NDArray[np.intp], small: SmallFrame, seen: Observations, looks: Samples
    ) -> None:
        if not len(rows):
            return
        r = self.rows
        self._log.add(r.id[rows], small.index, How.DETECTED, seen.boxes, seen.hulls, seen.score)
        seen_before = r.seen[rows].copy()
        r.detected[rows] = r.seen[rows] = small.time
        r.evidence[rows] += seen.score * self._weight
        r.score[rows], r.rank[rows] = seen.score, seen.rank
        if small.damaged:
            return
        self._bank.update(rows, seen.boxes)
        r.chasing[rows] = True
        r.box[rows], r.recent[rows], r.anchor[rows] = seen.boxes, looks, looks
        self._note_gaps(rows[seen_before < self._before], small)

    def _note_gaps(self, rows: NDArray[np.intp], small: SmallFrame) -> None:
        """Objects that were found again after they had been out of sight."""
        r = self.rows
        for row in rows[r.sure[rows]]:
            self._gaps.append(self._job(int(row), small.index, r.box[row], r.recent[row]))

    def _start(self, small: SmallFrame, seen: Observations, looks: Samples) -> None:
        if not len(seen):
            return
        ids = np.arange(self._made, self._made + len(seen), dtype=np.int32)
        self._made += len(seen)
        self._bank.add(seen.boxes)
        now = np.full(len(seen), small.time)
        self.rows.extend(
            Columns(
                id=ids,
                target=seen.target,
                detected=now,
                seen=now,
                pending=np.full(len(seen), np.nan),
                score=seen.score,
                rank=seen.rank,
                evidence=seen.score.astype(np.float64) * self._weight,
                sure=np.zeros(len(seen), np.bool_),
                chasing=np.full(len(seen), not small.damaged),
                box=seen.boxes,
                recent=looks,
                anchor=looks,
                start=np.full(len(seen), small.index, np.int32),
                start_box=seen.boxes,
                start_look=looks,
            )
        )
        self._log.add(ids, small.index, How.DETECTED, seen.boxes, seen.hulls, seen.score)
