"""Tracks as they come from another tool, and how they enter a plan."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ...errors import PlanError
from ...types import UNDECIDED, Box, Decided, Origin, Target, Track
from ...words import problem
from ..edit import new_track
from ..plan import Plan

BRIDGED = Fraction(1)
"""Seconds without a box over which a track goes on. Most tools write no box while the object is
hidden behind something or missed; hiding too much for a second is better than a leak."""


@dataclass(slots=True)
class ImportedTrack:
    """One track of a foreign file.

    Attributes:
        name: what the file calls it, for messages.
        target: what it is.
        boxes: box by frame index from 0.
        ends: frames in which the file says that the object is gone.
        lasting: the file holds keyframes only: the object is there, on a straight way, until it
            says that it is gone, at the latest at the end of the clip.
        turned: some of its boxes are turned about their centres.
    """

    name: str
    target: Target
    boxes: dict[int, Box] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)
    lasting: bool = False
    turned: bool = False

    def put(self, frame: int, box: Box, where: str) -> None:
        """Add a box. Raises PlanError if there is one already."""
        if frame in self.boxes:
            raise problem(PlanError, "import_two_boxes", where=where, name=self.name, frame=frame)
        self.boxes[frame] = box


def add_imported(
    plan: Plan,
    tracks: list[ImportedTrack],
    decided: Decided = UNDECIDED,
) -> tuple[Plan, tuple[int, ...]]:
    """Add foreign tracks to a plan, each cut where it is gone; returns the new numbers.

    Raises:
        PlanError: a frame is outside the clip, or a box is none or outside the picture.
    """
    pieces = [(track.target, piece) for track in tracks for piece in _pieces(track, plan)]
    # All at once: a plan is made anew with each change, and a crowd has thousands of tracks.
    new = tuple(
        new_track(plan, number, target, piece, decided, Origin.IMPORTED)
        for number, (target, piece) in enumerate(pieces, plan.next_id())
    )
    return replace(plan, tracks=(*plan.tracks, *new)), tuple(track.id for track in new)


_SAME = 0.5
"""Mean overlap (IoU) from which two tracks are about one object: two detectors' boxes of one face
overlap by more, faces of two people who walk side by side by far less."""

_LOOKS = 25
"""Frames at which two tracks are compared, spread evenly."""


def coinciding(plan: Plan, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs of an imported track and one that was there, which cover the same.

    They have one target, and share at least half of the shorter one's frames.

    Args:
        plan: with all of them.
        numbers: of the tracks that were imported.
    """
    new = set(numbers)
    there = [t for t in plan.tracks if t.id not in new]
    return [
        (track.id, other.id)
        for track in plan.tracks
        if track.id in new
        for other in there
        if track.target is other.target and _coincide(track, other)
    ]


def _coincide(a: Track, b: Track) -> bool:
    first, last = max(a.first, b.first), min(a.last, b.last)
    shorter = min(a.last - a.first, b.last - b.first) + 1
    if 2 * (last - first + 1) < shorter:
        return False
    step = max(1, (last - first) // _LOOKS)
    pairs = [(a.at(frame), b.at(frame)) for frame in range(first, last + 1, step)]
    shared = [x.box.iou(y.box) for x, y in pairs if x is not None and y is not None]
    return sum(shared) >= _SAME * len(shared)


def _pieces(track: ImportedTrack, plan: Plan) -> list[list[tuple[int, Box]]]:
    timeline = plan.source.timeline
    pieces: list[list[tuple[int, Box]]] = []
    ends = sorted({*track.ends, len(timeline)} if track.lasting else track.ends)
    for frame in sorted(track.boxes):
        if not 0 <= frame < len(timeline):
            raise problem(
                PlanError, "import_outside", name=track.name, frame=frame, last=len(timeline) - 1
            )
        before = pieces[-1][-1][0] if pieces else None
        gone = before is not None and bisect_right(ends, before) < bisect_right(ends, frame)
        far = before is not None and timeline.time(frame) - timeline.time(before) > BRIDGED
        if before is None or gone or (far and not track.lasting):
            pieces.append([])
        box = track.boxes[frame]
        pieces[-1].append((frame, _around(box) if track.turned else box))
    for piece in pieces:
        frame, box = piece[-1]
        after = bisect_right(ends, frame)
        if after < len(ends) and frame < ends[after] - 1:  # it is there until it is said to be gone
            piece.append((ends[after] - 1, box))
    return pieces


def _around(box: Box) -> Box:
    """The square that holds a box however it is turned. Between two such squares it holds the box
    as well, whatever way it turns there."""
    (x, y), half = box.centre, math.hypot(box.width, box.height) / 2
    return Box(x - half, y - half, x + half, y + half)
