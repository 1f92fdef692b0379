"""Every sighting of every tracklet, in compact arrays: ten minutes of a crowd fit in memory.

Also what is stored of every frame of the clip (its time and the camera's motion), and how fast an
object moved when it was first and last seen.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..types import Boxes
from .geometry import IDENTITY, Affine, compose, inverse, to_centres, warped


class ClipRecord:
    """Times and camera motions, by frame index."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._motions: list[Affine] = []
        self.size = (0, 0)
        """Upright width and height in pixels."""

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: float, motion: Affine, size: tuple[int, int]) -> None:
        """The next frame: seconds, camera motion since the frame before, picture size."""
        self._times.append(time)
        self._motions.append(motion)
        self.size = size

    def time(self, frame: int) -> float:
        return self._times[frame]

    def times(self, first: int, last: int) -> NDArray[np.float64]:
        """Seconds of frames `first` to `last`, both included."""
        return np.array(self._times[first : last + 1])

    def between(self, start: int, end: int) -> list[Affine]:
        """Motions from frame `start` to each of start, start ± 1, …, `end` (either direction)."""
        out = [IDENTITY]
        if end >= start:
            for frame in range(start + 1, end + 1):
                out.append(compose(out[-1], self._motions[frame]))
        else:
            for frame in range(start, end, -1):
                out.append(compose(out[-1], inverse(self._motions[frame])))
        return out

    def frame_before(self, frame: int, seconds: float, floor: int) -> int:
        """Earliest frame, not before `floor`, at most `seconds` before `frame`."""
        limit = self._times[frame] - seconds
        while frame > floor and self._times[frame - 1] >= limit:
            frame -= 1
        return frame

    def frame_after(self, frame: int, seconds: float, ceiling: int) -> int:
        """Latest frame, not after `ceiling`, at most `seconds` after `frame`."""
        limit = self._times[frame] + seconds
        while frame < ceiling and self._times[frame + 1] <= limit:
            frame += 1
        return frame


SPEED_TIME = 0.3
"""Seconds over which the speed of an object is measured, and for which it is believed: later, it
may have stopped or turned round. Three scans, or half a step of a walking person; a judgement, not
fitted."""


class How(IntEnum):
    """How a tracklet was seen in a frame; a stronger one has the larger number."""

    FOLLOWED = 0
    DETECTED = 1


ROW = np.dtype(
    [
        ("tracklet", np.int32),
        ("frame", np.int32),
        ("how", np.int8),
        ("score", np.float32),
        ("box", np.float32, (4,)),
        ("fringe", np.float32, (4,)),
    ]
)
"""`score` is the probability of a detection and `fringe` the uncertainty of its box (`Detections`),
0 where it was followed."""

Rows = NDArray[np.void]


class SightingLog:
    """Rows are added frame by frame, in any order, and read once at the end."""

    def __init__(self) -> None:
        self._parts: list[Rows] = []
        self.jumps: set[tuple[int, int]] = set()
        """Tracklets, and frames from which they no longer look like before."""
        self.held_on: set[tuple[int, int]] = set()
        """Tracklets, and frames in which much moved at once but they look like just before."""

    def add(
        self,
        tracklets: NDArray[np.int32],
        frame: int,
        how: How,
        boxes: Boxes,
        scores: NDArray[np.float32],
        fringe: NDArray[np.float32] | float = 0.0,
    ) -> None:
        """Add N sightings of one frame."""
        if not len(tracklets):
            return
        rows = np.zeros(len(tracklets), ROW)
        rows["tracklet"], rows["frame"], rows["how"] = tracklets, frame, how
        rows["score"], rows["box"], rows["fringe"] = scores, boxes, fringe
        self._parts.append(rows)
        if len(self._parts) > 1024:
            self._parts = [np.concatenate(self._parts)]

    def take(self, other: SightingLog) -> None:
        """Add all sightings of another log; where both are equally strong, this log's count."""
        self._parts += other._parts

    def jumped(self, tracklet: int, frame: int) -> None:
        """Note that a tracklet no longer looks like before."""
        self.jumps.add((tracklet, frame))

    def by_tracklet(self) -> dict[int, Rows]:
        """Rows of every tracklet in rising frame order, one per frame, the strongest kept."""
        if not self._parts:
            return {}
        rows = np.concatenate(self._parts)
        order = np.lexsort((-rows["how"], rows["frame"], rows["tracklet"]))
        rows = rows[order]
        same = (rows["tracklet"][1:] == rows["tracklet"][:-1]) & (
            rows["frame"][1:] == rows["frame"][:-1]
        )
        rows = rows[np.concatenate([[True], ~same])]
        ids, starts = np.unique(rows["tracklet"], return_index=True)
        pieces = np.split(rows, starts[1:])
        return dict(zip(ids.tolist(), pieces, strict=True))


def end_speed(rows: Rows, clip: ClipRecord, at_start: bool) -> NDArray[np.float64]:
    """[2] pixels per second at the first or last sighting, without the camera's motion."""
    frames = rows["frame"]
    here = int(frames[0] if at_start else frames[-1])
    away = np.abs(np.array([clip.time(int(f)) for f in frames]) - clip.time(here))
    near = np.flatnonzero(away <= SPEED_TIME)
    other = int(near[-1] if at_start else near[0])
    span = clip.time(int(frames[other])) - clip.time(here)
    if span == 0:
        return np.zeros(2)
    there = warped(
        rows["box"][other : other + 1].astype(np.float64),
        clip.between(int(frames[other]), here)[-1],
    )
    mine = rows["box"][:1] if at_start else rows["box"][-1:]
    moved = to_centres(there)[0, :2] - to_centres(mine.astype(np.float64))[0, :2]
    return np.asarray(moved / span)
