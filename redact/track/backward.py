"""Following objects back in time, as long as the ring still holds the pictures.

A detector often detects a face only some frames after it came into view. So every object, once
believed, is followed backwards from its first sighting until it is gone, occluded, outside the
picture or older than the ring; and an object found again after a gap is followed back into the gap.

The processing of later frames does not depend on this, and in a crowd it takes as long as a
network. So a thread does it while the networks scan the next frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import SAME_PLACE_IOU, Boxes, Target
from .arrays import Arrays
from .follow import COAST, Find, find_again, step
from .geometry import IDENTITY, Affine, pairs_of_kind, warped
from .patches import Patches, patches_of
from .sightings import ClipRecord, How, SightingLog
from .small_pictures import Ring, SmallFrame


@dataclass(frozen=True, slots=True)
class Job:
    """One object to follow back.

    Attributes:
        tracklet: its id.
        target: what it is.
        frame: frame of the sighting; it is searched for in the frames before.
        box: [4] in `frame`.
        look: [CELLS, CELLS], its patch in `frame`.
        speed: [2] pixels per second, without the camera's motion.
        seconds: how long it may be followed by its pixels alone.
    """

    tracklet: int
    target: Target
    frame: int
    box: NDArray[np.float64]
    look: NDArray[np.float32]
    speed: NDArray[np.float64]
    seconds: float


class LastPlaces:
    """The places of all tracklets in the last frames."""

    def __init__(self) -> None:
        self._frames: dict[int, tuple[NDArray[np.int32], Boxes, NDArray[np.int8]]] = {}

    def copy(self) -> LastPlaces:
        """A copy to which nothing more is added."""
        other = LastPlaces()
        other._frames = self._frames.copy()
        return other

    def add(
        self, frame: int, ids: NDArray[np.int32], boxes: Boxes, targets: NDArray[np.int8]
    ) -> None:
        self._frames[frame] = (ids, boxes, targets)

    def forget_before(self, frame: int) -> None:
        for old in [f for f in self._frames if f < frame]:
            del self._frames[old]

    def same(
        self, frame: int, ids: NDArray[np.int32], boxes: Boxes, targets: NDArray[np.int8]
    ) -> NDArray[np.int32]:
        """For every box the id of a tracklet at that place in `frame` (possibly its own), or -1."""
        out = np.full(len(ids), -1, np.int32)
        if frame not in self._frames or not len(ids):
            return out
        others, places, kinds = self._frames[frame]
        i, j = pairs_of_kind(boxes, targets, places, kinds, SAME_PLACE_IOU)
        out[i] = others[j]
        return out


@dataclass
class _Chase(Arrays):
    """Running jobs, one row each."""

    job: NDArray[np.intp]
    box: Boxes
    speed: NDArray[np.float64]
    recent: Patches
    seen: NDArray[np.float64]
    sure: NDArray[np.float64]
    """Time of the latest detection in the direction of following: the earliest by the clock."""


class BackwardFollower:
    """Runs jobs together, one frame at a time into the past, never across a cut.

    Args:
        ring, clip, sighted: of the tracker.
        cuts: first frames of new scenes, as far as they are known.
        find: scans closely for objects whose pixels are lost or no longer to be trusted; None: no
            such scans.

    Attributes:
        log: sightings found this way, and
        links: pairs of tracklets that following has shown to be one object; both to be read after
            `finish`.
    """

    def __init__(
        self,
        ring: Ring,
        clip: ClipRecord,
        sighted: LastPlaces,
        cuts: Sequence[int] = (),
        find: Find | None = None,
    ) -> None:
        self._cuts, self._find = cuts, find
        self._ring = ring
        self._clip = clip
        self._sighted = sighted
        self._thread = ThreadPoolExecutor(1, "following back")
        self._running: Future[None] | None = None
        self.log = SightingLog()
        self.links: list[tuple[int, int]] = []

    def run(self, jobs: list[Job]) -> None:
        """Begin to follow the objects of `jobs`, after earlier jobs are done.

        Raises:
            Exception: the error that stopped earlier jobs.
        """
        if not jobs:
            return
        self.finish()
        newest = max(job.frame for job in jobs)
        # Copies of the current state: the tracker goes on meanwhile.
        pictures = self._ring.get(newest), tuple(self._ring.before(newest))
        known = self._sighted.copy(), tuple(self._cuts)
        self._running = self._thread.submit(self._follow, jobs, *pictures, *known)

    def finish(self) -> None:
        """Wait until all jobs are done; raises as `run` does."""
        if self._running is not None:
            self._running.result()

    def _follow(
        self,
        jobs: list[Job],
        here: SmallFrame | None,
        earlier: tuple[SmallFrame, ...],
        sighted: LastPlaces,
        cuts: tuple[int, ...],
    ) -> None:
        """Follow all of `jobs`, from the picture of the newest job, if that still exists, through
        the pictures before it, newest first."""
        waiting = sorted(range(len(jobs)), key=lambda i: -jobs[i].frame)
        chase = self._begun([], jobs)
        for there in earlier:
            ready = [number for number in waiting if jobs[number].frame > there.index]
            waiting = waiting[len(ready) :]
            if ready:
                chase = _Chase.concat([chase, self._begun(ready, jobs)])
            if here is not None:
                if any(there.index < cut <= here.index for cut in cuts):
                    chase = chase.select(np.zeros(0, np.intp))
                chase = self._back(chase, jobs, here, there, sighted)
            if not waiting and not len(chase):
                return
            here = there

    def _begun(self, numbers: list[int], jobs: list[Job]) -> _Chase:
        """These jobs at their starting places."""
        mine = [jobs[number] for number in numbers]
        times = np.array([self._clip.time(job.frame) for job in mine])
        cells = jobs[0].look.shape
        return _Chase(
            np.array(numbers, np.intp),
            np.array([job.box for job in mine]).reshape(-1, 4),
            np.array([job.speed for job in mine]).reshape(-1, 2),
            np.array([job.look for job in mine], np.float32).reshape(-1, *cells),
            times,
            times.copy(),
        )

    def _back(
        self,
        chase: _Chase,
        jobs: list[Job],
        here: SmallFrame,
        there: SmallFrame,
        sighted: LastPlaces,
    ) -> _Chase:
        """One step of all running jobs; returns those that go on."""
        if not len(chase):
            return chase
        mine = [jobs[i] for i in chase.job]
        elapsed = here.time - there.time
        camera = self._camera(here.index, there.index)
        expected = warped(chase.box, camera)
        expected = expected - np.tile(chase.speed, 2) * elapsed
        anchor = np.stack([j.look for j in mine])
        blind = chase.seen > here.time
        stepped = step(here, there, chase.box, expected, chase.recent, anchor, blind)
        found = stepped.found & (chase.sure - there.time <= np.array([job.seconds for job in mine]))
        boxes = np.where(stepped.found[:, None], stepped.boxes, expected)
        targets = np.array([job.target for job in mine], np.int8)
        again, boxes = find_again(self._find, there, boxes, targets, ~found)
        patches = stepped.patches.copy()
        patches[again] = patches_of(there, boxes[again])
        found |= again
        chase.box = boxes
        self._learn(chase, found, boxes, expected, elapsed)
        chase.recent = np.where(found[:, None, None], patches, chase.recent)
        chase.seen = np.where(found, there.time, chase.seen)
        chase.sure = np.where(again, there.time, chase.sure)
        over = self._record(chase, mine, found, again, there, sighted)
        return chase.select(~over & (chase.seen - there.time <= COAST))

    def _record(
        self,
        chase: _Chase,
        mine: list[Job],
        found: NDArray[np.bool_],
        again: NDArray[np.bool_],
        there: SmallFrame,
        sighted: LastPlaces,
    ) -> NDArray[np.bool_]:
        """Log the objects found; True for jobs that have met an earlier sighting of the object."""
        ids = np.array([j.tracklet for j in mine], np.int32)
        targets = np.array([j.target for j in mine], np.int8)
        other = sighted.same(there.index, ids, chase.box, targets)
        met = found & (other >= 0)
        # A close scan detects a face, and cannot tell whose.
        same = met & ~again
        pairs = zip(ids[same].tolist(), other[same].tolist(), strict=True)
        self.links += [(a, b) for a, b in pairs if a != b]
        rows = found & ~met
        boxes = chase.box[rows]
        none = np.zeros(len(boxes), np.float32)
        self.log.add(ids[rows], there.index, How.FOLLOWED, boxes, none)
        return met

    def _learn(
        self,
        chase: _Chase,
        found: NDArray[np.bool_],
        boxes: Boxes,
        expected: Boxes,
        elapsed: float,
    ) -> None:
        """Correct the speed by half of its error."""
        if elapsed <= 0:
            return
        wrong = (expected[:, :2] + expected[:, 2:] - boxes[:, :2] - boxes[:, 2:]) / 2 / elapsed
        chase.speed = chase.speed + np.where(found[:, None], 0.5 * wrong, 0.0)

    def _camera(self, start: int, end: int) -> Affine:
        return self._clip.between(start, end)[-1] if start != end else IDENTITY
