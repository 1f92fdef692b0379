"""The tracklets that are alive at the current frame: predicted, matched, followed, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import CLOSE_SCANNED, Bodies
from ..types import DOUBTFUL, Boxes, Detections, Rect, Target
from .associate import LEAST_LIKENESS, SIZE_RATIO, Objects, Observations, assign, possible_pairs
from .belief import MOST_CLOSE_SCANS, Clues, TargetWeights, probability_of, worth_hiding
from .bodies import (
    body_below_picture,
    head_area_ratio,
    hold_middles,
    on_bodies,
    on_bodywork,
    ridden,
)
from .geometry import (
    Affine,
    areas,
    grown,
    holding_centres,
    iou_pairs,
    scale_of,
    warped,
)
from .patches import Patches, pairwise_likeness, patches_of
from .sightings import SightingLog
from .small_pictures import SmallFrame, picture_area
from .starting_score import STARTING_LOG_ODDS
from .step import step
from .track_settings import AROUND_PLACE, TrackSettings
from .tracklets import FIRST_ROUND_LOG_ODDS, Tracklets

RESTLESS_STEP = 0.5
RESTLESS_ZOOM = 0.02
"""Motion in a frame, in object sizes, and zoom from which every frame is scanned: the pixel tracker
still finds an object that moves by half its size; a judgement, not fitted."""

SAME_LOOK = 0.85
"""Least likeness of a person to the picture before if the recording may have jumped meanwhile. Of
14 other people who stood in the same place afterwards, one was as similar."""

FOLLOW_NOISE = 1.5
"""Expected error of a followed box, in errors of a detected one: small errors add up from frame to
frame."""

SEARCHED_TIME = 0.12
"""Seconds for which the place of something that a scan missed is scanned in every picture: behind a
post, in a flash, while a head turns away and back."""

LEAST_FAINT_IOU = 0.15
"""IoU with a believed tracklet's expected place from which a faint detection may belong to it:
loose, as the assignment decides afterwards. With .3 two of 148 faces of street footage were open at
their rim."""

NO_CLOSE_SCAN_LOG_ODDS = 3.0
"""Log odds of a scan from which a face needs no close scan: right in 19 of 20 cases; the fitted
belief hardly changes then (`lab/training/README.md`, "Close scans")."""

READABLE_WIDTH = 32.0
"""Pixels of width from which a plate is read: the narrowest that could be read on dev is 38. It
decides cost alone: on 24 clips of dev and of other cameras the same is hidden with 0."""

REREAD_GROWTH = 1.5
"""Increase in area, since the last reading, from which a plate is read again: that of somebody who
rides up to the camera is read at most ten times."""


HALF_READ_WEIGHT: Final = 0.5
"""Weight of a number that was half read: half of one that was read."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A tracklet that has ended.

    Attributes:
        target: of the object.
        patches: float32 [2, CELLS, CELLS], at its start and its end.
        clues: one row, of its whole life.
    """

    target: Target
    patches: Patches
    clues: Clues


class ActiveTracklets:
    """Associates detections scan by scan, in two rounds as in ByteTrack (Zhang et al. 2022): first
    the firm detections, then the weak ones for the remaining tracklets.

    Attributes:
        retired: tracklets that have ended, by id.
    """

    def __init__(
        self,
        settings: TrackSettings,
        log: SightingLog,
        weights: Mapping[str, TargetWeights],
    ) -> None:
        self._settings = settings
        self._log = log
        self._weights = weights
        self.rows = Tracklets.none()
        self.retired: dict[int, Retired] = {}
        self._time: float | None = None
        self._last_scan = 0.0
        self._jumped = -np.inf
        self._earlier: SmallFrame | None = None
        self._made = 0

    def predict(self, time: float, camera: Affine) -> None:
        """Move all tracklets to the time (s) of the next frame."""
        elapsed = 0.0 if self._time is None else min(max(time - self._time, 0.0), 1.0)
        self._time = time
        self.rows.motion.predict(elapsed)
        self.rows.motion.warp(camera)

    def too_fast_to_skip(self, camera: Affine, small: SmallFrame) -> Boxes | None:
        """Places [N, 4] where something moves too fast, or is too uncertain, to go without a scan
        in this frame; None if that is the whole picture."""
        r = self.rows
        if abs(scale_of(camera) - 1) > RESTLESS_ZOOM:
            return None
        # An object that moves by its own width in two frames is never detected twice in one place:
        # its speed must be known before scans can be skipped.
        fresh = (
            (r.clues.hits == 1)
            & (r.clues.best >= FIRST_ROUND_LOG_ODDS)
            & (r.start_time == self._last_scan)
        )
        # Objects that were never detected clearly come and go all the time.
        clear = r.believed & (r.clues.best >= FIRST_ROUND_LOG_ODDS)
        now = self._time or 0.0
        elapsed = max(small.time - now, 0.0)
        size = np.sqrt(np.maximum(r.motion.place[:, 2:], 1.0).prod(axis=1))
        step = r.motion.speed[:, :2] * elapsed
        lost = (r.since > 0) & (now - r.detected <= self._settings.scan_every + SEARCHED_TIME)
        which = fresh | clear & (lost | (np.hypot(*step.T) > RESTLESS_STEP * size))
        if which.any():
            # Doubtful objects are scanned whenever others are: without this a tenth fewer faces of
            # a crowd were hidden, and of 19 labelled ones in a shop two were open instead of one;
            # the search of a crowd would cost a third less.
            which |= r.believed & (probability_of(r.clues, self._weights) < DOUBTFUL)
        rows = np.flatnonzero(which)
        places = warped(r.motion.boxes[rows], camera) + np.tile(step[rows], 2)
        return grown(places, AROUND_PLACE)

    def match(
        self, small: SmallFrame, seen: Observations, areas: Sequence[Rect] | None = None
    ) -> None:
        """Continue tracklets with the detections of a scan, and start new ones.

        Args:
            areas: that were scanned; None: the whole picture. Tracklets elsewhere were not missed.
        """
        asked = np.arange(len(self.rows))
        if areas is not None:
            asked = np.flatnonzero(holding_centres(areas, self.rows.motion.boxes))
        self._last_scan = small.time
        free = np.ones(len(self.rows), np.bool_)
        started = self._round(free, seen.select(seen.odds >= FIRST_ROUND_LOG_ODDS), small)
        starts = seen.odds >= STARTING_LOG_ODDS.of(seen.target)
        weak = seen.select(starts & (seen.odds < FIRST_ROUND_LOG_ODDS))
        started += self._round(free, weak, small)
        free &= self.rows.believed[: len(free)]
        faint = seen.select(~starts)
        self._round(free, faint.select(self._near(free, faint)), small)
        r = self.rows
        missed = asked[r.detected[asked] < small.time]
        r.clues.missed(missed)
        r.since[missed] += 1
        for fresh, patches in started:
            self._start(small, fresh, patches)

    def note_bodies(self, bodies: Bodies, small: SmallFrame) -> None:
        """Note which of the tracklets seen now belong to a body, and which plates to a vehicle.
        Nothing is noted about a plate below a rider, since vehicles are then often missed, or about
        a head at the lower border, whose body is outside the picture."""
        r = self.rows
        rows = np.flatnonzero(r.detected == small.time)
        height = small.luma.shape[0] / small.scale
        boxes, target = r.box[rows], r.target[rows]
        chances = probability_of(r.clues.select(rows), self._weights)
        on_body = on_bodies(bodies, boxes, target, height, chances)
        unknown = (target == Target.PLATE) & ridden(bodies, boxes)
        known = on_body | ~(unknown | body_below_picture(boxes, target, height))
        times = head_area_ratio(bodies, boxes, target, height)
        low = on_bodywork(bodies, boxes)
        r.clues.scanned_for_bodies(rows[known], on_body[known], times[known], low[known])

    def known_places(self) -> tuple[Boxes, Boxes, Boxes]:
        """Expected places, [N, 4] each: of believed faces and heads that are likely, of doubtful
        faces, and of plates."""
        r = self.rows
        rows = np.flatnonzero(r.believed)
        boxes, target = r.motion.boxes[rows], r.target[rows]
        likely = probability_of(r.clues.select(rows), self._weights) >= DOUBTFUL
        doubtful, plates = ~likely & (target == Target.FACE), target == Target.PLATE
        return boxes[~doubtful & ~plates], boxes[doubtful], boxes[plates]

    def update_belief(self) -> None:
        """Decide which tracklets are believed from now on."""
        r = self.rows
        r.believed |= worth_hiding(r.clues, self._weights, self._settings.leak_cost)

    def to_scan_closely(self, time: float) -> NDArray[np.intp]:
        """Rows whose current picture is worth a close scan: the best so far of an object with few
        close scans."""
        r = self.rows
        best = (r.detected == time) & (r.clues.latest >= r.clues.best) & CLOSE_SCANNED.of(r.target)
        doubtful = (r.target == Target.PLATE) | (r.clues.best < NO_CLOSE_SCAN_LOG_ODDS)
        return np.flatnonzero(best & (r.clues.close_scans < MOST_CLOSE_SCANS) & doubtful)

    def note_close_scans(self, rows: NDArray[np.intp], odds: NDArray[np.float32]) -> None:
        """Note the log odds of close scans at `rows`."""
        self.rows.clues.scanned_closely(rows, odds)

    def to_read(self, time: float) -> NDArray[np.intp]:
        """Rows of possible plates whose current picture is worth reading: large enough, and clearly
        larger than at the last reading, which failed, or detected twice as often since: letters
        that glare in one picture may be plain in another."""
        r = self.rows
        rows = np.flatnonzero((r.detected == time) & (r.target == Target.PLATE))
        rows = rows[r.clues.read[rows] < 1]
        rows = rows[r.box[rows, 2] - r.box[rows, 0] >= READABLE_WIDTH]
        hits = r.clues.hits[rows].astype(np.intp)
        due = (areas(r.box[rows]) >= REREAD_GROWTH * r.read_area[rows]) | (hits & (hits - 1) == 0)
        return np.asarray(rows[due])

    def note_readings(
        self, rows: NDArray[np.intp], legible: NDArray[np.bool_] | NDArray[np.float64]
    ) -> None:
        """Note whether a number could be read in `rows`, or half of it."""
        r = self.rows
        r.read_area[rows] = areas(r.box[rows])
        r.clues.read[rows] = np.maximum(r.clues.read[rows], legible)

    def note_numbers(self, numbers: Detections, time: float) -> None:
        """Note plates of this picture whose numbers were read, or, if their score says no more than
        doubtful, half read."""
        r = self.rows
        rows = np.flatnonzero((r.detected == time) & (r.target == Target.PLATE))
        held = hold_middles(r.box[rows], numbers.xyxy.astype(np.float64))
        read = (held * np.where(numbers.score > DOUBTFUL, 1.0, HALF_READ_WEIGHT)).max(
            axis=1, initial=0.0
        )
        self.note_readings(rows[read > 0], read[read > 0])

    def _round(
        self, free: NDArray[np.bool_], seen: Observations, small: SmallFrame
    ) -> list[tuple[Observations, Patches]]:
        """Match detections to the rows that are `free`, and return those that are left."""
        if not len(seen):
            return []
        patches = patches_of(small, seen.boxes)
        rows = np.flatnonzero(free)
        r = self.rows
        expected = Objects(r.motion.boxes[rows], r.target[rows], r.recent[rows])
        detected = Objects(seen.boxes, seen.target, patches)
        pairs = possible_pairs(expected, r.motion.spread[rows], detected)
        # Faint detections frame so loosely that a few in a row made a face cover half a room.
        times = areas(seen.boxes)[pairs.second] / r.firm_area[rows[pairs.first]]
        swollen = (seen.odds[pairs.second] < FIRST_ROUND_LOG_ODDS) & (times > SIZE_RATIO**2)
        # Whoever comes in beside a false detection did not come from there: what is plainly seen,
        # and looks like nothing that was faintly seen, is followed back from where it is.
        faint = r.clues.best[rows] < FIRST_ROUND_LOG_ODDS
        plain = faint[pairs.first] & (seen.odds[pairs.second] >= FIRST_ROUND_LOG_ODDS)
        alike = pairwise_likeness(r.recent[rows[pairs.first]], patches[pairs.second])
        same = ~plain | (alike >= LEAST_LIKENESS)
        matched, columns = assign(pairs.select(same & ~swollen))
        rows = rows[matched]
        free[rows] = False
        self._continue(rows, small, seen.select(columns), patches[columns])
        left = np.ones(len(seen), np.bool_)
        left[columns] = False
        return [(seen.select(left), patches[left])]

    def _near(self, free: NDArray[np.bool_], seen: Observations) -> NDArray[np.bool_]:
        """Which detections overlap one of the `free` rows: cheap, as they may be a thousand."""
        out = np.zeros(len(seen), np.bool_)
        out[iou_pairs(self.rows.motion.boxes[free], seen.boxes, LEAST_FAINT_IOU)[1]] = True
        return out

    def follow(self, small: SmallFrame) -> None:
        """Follow plates that were not detected in this frame by their pixels: a plate looks the
        same from all sides, and one that drives away is detected no more long before its number is
        too small to be read."""
        earlier, self._earlier = self._earlier, small
        r, s = self.rows, self._settings
        known = np.minimum(r.detected - r.start_time + s.grace, s.follow_time)
        wanted = r.believed & (r.target == Target.PLATE) & (r.detected < small.time)
        wanted &= small.time - r.detected <= known
        if earlier is None or not wanted.any():
            return
        wanted &= r.seen == earlier.time
        rows = np.flatnonzero(wanted)
        found = step(
            earlier,
            small,
            r.box[rows],
            r.motion.boxes[rows],
            r.recent[rows],
            r.anchor[rows],
            np.zeros(len(rows), np.bool_),
        )
        rows, boxes = rows[found.found], found.boxes[found.found]
        r.motion.update(rows, boxes, FOLLOW_NOISE)
        r.seen[rows], r.box[rows], r.recent[rows] = small.time, boxes, found.patches[found.found]
        self._log.add(r.id[rows], small.index, boxes, np.zeros(len(rows), np.float32))

    def retire(self, time: float) -> None:
        """Forget tracklets that were not seen for too long."""
        if not len(self.rows):
            return
        alive = time - self.rows.seen <= self._settings.lost_time
        if not alive.all():
            self._keep_retired(~alive)
            self.rows = self.rows.select(alive)

    def finish(self) -> None:
        """Retire all."""
        self._keep_retired(np.ones(len(self.rows), np.bool_))

    def _keep_retired(self, which: NDArray[np.bool_]) -> None:
        r = self.rows
        clues = r.clues.trimmed(r.since)
        for row in np.flatnonzero(which):
            patches = np.stack([r.start_patch[row], r.anchor[row]])
            self.retired[int(r.id[row])] = Retired(
                Target(int(r.target[row])), patches, clues.select(np.array([row]))
            )

    def _continue(
        self, rows: NDArray[np.intp], small: SmallFrame, seen: Observations, patches: Patches
    ) -> None:
        if not len(rows):
            return
        r = self.rows
        self._detected(r.id[rows], small, seen)
        r.detected[rows] = r.seen[rows] = small.time
        r.since[rows] = 0
        r.clues.hit(rows, seen.odds, seen.boxes, picture_area(small))
        if small.damaged:
            return
        firm = seen.odds >= FIRST_ROUND_LOG_ODDS
        self._note_jumps(rows, small, firm, patches)
        r.firm_area[rows[firm]] = areas(seen.boxes[firm])
        r.motion.update(rows, seen.boxes)
        r.box[rows], r.recent[rows], r.anchor[rows] = seen.boxes, patches, patches

    def _note_jumps(
        self, rows: NDArray[np.intp], small: SmallFrame, firm: NDArray[np.bool_], patches: Patches
    ) -> None:
        """Note objects that no longer look like what they were: somebody else may have come in
        their place. A faint detection frames an object so loosely that it proves nothing. If the
        recording may have jumped, only what looks the same is the same."""
        r = self.rows
        jumped = self._jumped > r.firm_time[rows]
        least = np.where(jumped, SAME_LOOK, LEAST_LIKENESS)
        shows = r.known[rows].any(axis=(1, 2)) | jumped & np.isfinite(r.firm_time[rows])
        r.unbroken[rows] &= pairwise_likeness(patches, r.recent[rows]) >= least
        other = shows & (pairwise_likeness(patches, r.known[rows]) < least)
        for tracklet in r.id[rows[firm & other & ~r.unbroken[rows]]].tolist():
            self._log.jumped(tracklet, small.index)
        rows, patches = rows[firm], patches[firm]
        r.known[rows], r.unbroken[rows], r.firm_time[rows] = patches, True, small.time

    def note_recording_jump(self, time: float) -> None:
        """Note that the recording may have jumped (`RecordingJumps`)."""
        self._jumped = time

    def _start(self, small: SmallFrame, seen: Observations, patches: Patches) -> None:
        if not len(seen):
            return
        fresh = Tracklets.of_new(self._made, small, seen, patches)
        self._made += len(fresh)
        self.rows = Tracklets.concat([self.rows, fresh])
        self._detected(fresh.id, small, seen)

    def _detected(self, ids: NDArray[np.int32], small: SmallFrame, seen: Observations) -> None:
        """Note what a scan detected of the tracklets with these ids."""
        self._log.add(ids, small.index, seen.boxes, seen.probability)
