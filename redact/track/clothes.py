"""Follows what people wear, to know who turned away and came back.

A head that turns looks different, so its track ends and another begins; the clothes below it go on.
From where a face or head comes into view they are followed back through the scanned pictures until
they lie below one that was detected earlier, and from there forwards again. If both ways end where
the other begins, nobody else came near meanwhile, and the clothes go where the head goes, the two
are one person.

A wrong answer shows a stranger with whoever is kept, a missing one costs a click. So clothes tell
nothing where they are plain, covered, outside the picture, or followed for more than a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ..detection import iou
from ..types import (
    LOOSELY_SAME_IOU,
    MOSTLY_INSIDE,
    SAME_PLACE_IOU,
    Box,
    Boxes,
    Target,
    Track,
    widened,
)
from .body_tracks import LONGEST_UNSEEN
from .follow import step
from .geometry import to_centres, warped
from .patches import patches_of
from .sightings import SPEED_TIME, ClipRecord
from .small_pictures import Ring, SmallFrame

CLOTHES: Final = (0.65, 0.1, 1.2)
"""Where clothes are, in sizes of the head: so far to either side of its middle, and from where to
where below it. It is the chest or the back, without the arms, which move by themselves."""


class Sight(NamedTuple):
    """A face or head that was detected.

    Attributes:
        tracklet: its id.
        target: `Target.FACE` or `Target.HEAD`.
        frame: in which it was detected.
        box: there.
    """

    tracklet: int
    target: Target
    frame: int
    box: Box


class _Scan(NamedTuple):
    """A scanned picture, and the faces and heads that were detected in it."""

    small: SmallFrame
    detected: Sequence[Sight]


class Clothes:
    """Finds faces and heads that are one person by the clothes.

    Args:
        ring, clip: of the tracker.
        cuts: first frames of new scenes, as far as they are known.

    Attributes:
        same: pairs (earlier, later) of sights of one person.
    """

    def __init__(self, ring: Ring, clip: ClipRecord, cuts: Sequence[int]) -> None:
        self._ring, self._clip, self._cuts = ring, clip, cuts
        self._scans: deque[_Scan] = deque()
        self._waiting: list[Sight] = []
        self.same: list[tuple[Sight, Sight]] = []

    def note(self, small: SmallFrame, detected: Sequence[Sight], begun: Iterable[Sight]) -> None:
        """Take in the newest scan.

        Args:
            small: its picture.
            detected: the faces and heads in it.
            begun: those in this scan, or an earlier one, who may be somebody who was there before.
        """
        self._scans.append(_Scan(small, detected))
        while self._scans[0].small.index < self._ring.oldest:
            self._scans.popleft()
        self._waiting += begun
        self.follow_back(small.time - SPEED_TIME)

    def follow_back(self, until: float = np.inf) -> None:
        """Find out who they were before of whom enough is known: those who have begun up to a time
        (s). After the last scan, all."""
        due = [s for s in self._waiting if self._clip.time(s.frame) <= until]
        self._waiting = [s for s in self._waiting if s not in due]
        for sight in due:
            earlier = self._earlier(sight)
            if earlier is not None:
                self.same.append((earlier, sight))

    def _earlier(self, sight: Sight) -> Sight | None:
        """The last sight of the same person before this one, if it is certain."""
        back, on = self._around(sight.frame)
        elsewhere = set[int]()
        if not back:
            return None
        chase = _Chase(self._clip, back[0].small, clothes_of(sight))
        for n, (small, detected) in enumerate(back[1:], 1):
            late = back[0].small.time - small.time > LONGEST_UNSEEN
            if late or self._is_cut(small, back[n - 1].small) or not chase.goes_on(small):
                return None
            close = [s for s in detected if chase.likeness(s) >= LOOSELY_SAME_IOU]
            elsewhere |= {s.tracklet for s in detected if s not in close}
            if not close:
                continue
            met = max(close, key=chase.likeness)
            # Who is close, or was elsewhere meanwhile, may be the one who goes on.
            certain = (
                all(other.box.lies_on(met.box) for other in close)
                and met.tracklet not in elsewhere
                and self._leads_to(sight, met, back[n::-1])
                and self._is_theirs(sight, on, met, back[n:])
            )
            return met if certain else None
        return None

    def _is_theirs(
        self, later: Sight, on: Sequence[_Scan], earlier: Sight, back: Sequence[_Scan]
    ) -> bool:
        """Whether the clothes go where the later one goes on, or where the earlier one came from,
        and nothing says otherwise."""
        told = {_goes_along(later, on, self._clip), _goes_along(earlier, back, self._clip)}
        return True in told and False not in told

    def _around(self, frame: int) -> tuple[list[_Scan], list[_Scan]]:
        """The scans from a frame on back in time, the latest first, and those from it on; both are
        empty if it was not scanned or is no longer known."""
        frames = [scan.small.index for scan in self._scans]
        if frame not in frames:
            return [], []
        at = frames.index(frame)
        scans = [*self._scans]
        return scans[at::-1], scans[at:]

    def _leads_to(self, later: Sight, earlier: Sight, path: Sequence[_Scan]) -> bool:
        """Whether the clothes of `earlier`, followed from the first scan of a path to the last, lie
        below `later`."""
        chase = _Chase(self._clip, path[0].small, clothes_of(earlier))
        goes_on = all(chase.goes_on(scan.small) for scan in path[1:])
        return goes_on and chase.likeness(later) >= SAME_PLACE_IOU

    def _is_cut(self, earlier: SmallFrame, later: SmallFrame) -> bool:
        return any(earlier.index < cut <= later.index for cut in self._cuts)


def _goes_along(sight: Sight, path: Sequence[_Scan], clip: ClipRecord) -> bool | None:
    """Whether what lies below a face or head goes where it goes, in the scans next to its own: it
    does not where somebody passes before them, or where they move behind a counter. None if that
    cannot be seen.

    Args:
        path: scans, from its own on, in either direction.
    """
    chase, again = _Chase(clip, path[0].small, clothes_of(sight)), None
    for small, detected in path[1:]:
        if abs(small.time - path[0].small.time) > SPEED_TIME:
            break
        if not chase.goes_on(small):
            break
        for other in detected:
            if other.tracklet == sight.tracklet:
                if chase.likeness(other) < LOOSELY_SAME_IOU:
                    return False
                again = True
    return again


class _Chase:
    """Clothes that are followed from picture to picture.

    Args:
        clip: of the tracker.
        small: the first picture.
        clothes: [4] in it.
    """

    def __init__(self, clip: ClipRecord, small: SmallFrame, clothes: Boxes) -> None:
        self._clip, self._here = clip, small
        self._box = clothes[None]
        self._look = self._first_look = patches_of(small, self._box)

    def likeness(self, sight: Sight) -> float:
        """IoU with the clothes below a face or head in the present picture."""
        return float(iou(self._box, clothes_of(sight)[None])[0, 0])

    def goes_on(self, there: SmallFrame) -> bool:
        """Find them in another picture; False where they are not certainly there."""
        here, self._here = self._here, there
        if not _is_shown(self._box[0], here):
            return False
        expected = warped(self._box, self._clip.between(here.index, there.index)[-1])
        found = step(here, there, self._box, expected, self._look, self._first_look, _NOT_BLIND)
        self._box, self._look = found.boxes, found.patches
        return bool(found.found[0])


_NOT_BLIND: Final = np.zeros(1, np.bool_)


def clothes_of(sight: Sight) -> Boxes:
    """[4], where the clothes of a face or head are, upright source pixels."""
    head = np.array([sight.box], np.float64)
    if sight.target is Target.FACE:
        head = widened(head, Target.FACE).astype(np.float64)
    x, _, width, height = to_centres(head)[0]
    size, (aside, above, below) = np.sqrt(max(width * height, 1.0)), CLOTHES
    low = head[0, 3]
    return np.array([x - aside * size, low + above * size, x + aside * size, low + below * size])


def _is_shown(clothes: Boxes, small: SmallFrame) -> bool:
    """Whether most of them lie in a picture."""
    height, width = (side / small.scale for side in small.luma.shape)
    box = Box(*clothes.tolist())
    return box.common(Box(0, 0, width, height)) >= MOSTLY_INSIDE * box.area


def joined_by_clothes(
    same: Iterable[tuple[Sight, Sight]],
    tracks: Sequence[Track],
    made_of: Mapping[int, Container[int]],
    cuts: Sequence[int],
) -> list[tuple[int, int]]:
    """Ids of pairs of tracks that are one person.

    Args:
        same: see `Clothes.same`.
        tracks: of the clip.
        made_of: by id of a track, the ids of its tracklets.
        cuts: first frames of all new scenes.
    """

    def tracks_of(sight: Sight) -> list[int]:
        there = (track.id for track in tracks if track.first <= sight.frame <= track.last)
        return [number for number in there if sight.tracklet in made_of[number]]

    return [
        (one, other)
        for earlier, later in same
        if not any(earlier.frame < cut <= later.frame for cut in cuts)
        for one in tracks_of(earlier)
        for other in tracks_of(later)
        if one != other
    ]
