"""Follows people's clothes, to join the tracks of somebody who turned away and came back.

A head that turns looks different, so its track ends and another begins; the clothes below it stay
the same. From where a face or head appears, they are followed backwards through the scanned
pictures until they lie below one that was detected earlier, and from there forwards again. The two
are one person if each way ends where the other begins, nobody else came near meanwhile, and the
clothes move with the head.

A wrong answer shows a stranger together with a kept person; a missing one costs a click. So clothes
prove nothing if they are plain, covered, outside the picture, or followed for more than a second.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ..types import (
    LOOSELY_SAME_IOU,
    MOSTLY_INSIDE,
    SAME_PLACE_IOU,
    Box,
    Target,
    Track,
)
from .body_tracks import LONGEST_UNSEEN
from .follow import step
from .geometry import warped
from .patches import patches_of
from .sightings import SPEED_TIME, ClipRecord
from .small_pictures import Ring, SmallFrame

CLOTHES: Final = (0.65, 0.1, 1.2)
"""Place of the clothes, in sizes of the head: distance to either side of its middle, and upper and
lower end below it. This is the chest or the back without the arms, which move by themselves."""


class Sight(NamedTuple):
    """One detection of a face or head.

    Attributes:
        tracklet: id of its tracklet.
        target: `Target.FACE` or `Target.HEAD`.
        frame: of the detection.
        box: in that frame.
    """

    tracklet: int
    target: Target
    frame: int
    box: Box


class _Scan(NamedTuple):
    """A scanned picture, the faces and heads detected in it, and where their clothes are."""

    small: SmallFrame
    detected: Sequence[Sight]
    clothes: Sequence[Box]


class Clothes:
    """Finds pairs of faces and heads that are one person, by the clothes.

    Args:
        ring, clip: of the tracker.
        cuts: first frames of the new scenes known so far.

    Attributes:
        same: pairs (earlier, later) of sights of one person.
    """

    def __init__(self, ring: Ring, clip: ClipRecord, cuts: Sequence[int]) -> None:
        self._ring, self._clip, self._cuts = ring, clip, cuts
        self._scans: deque[_Scan] = deque()
        self._waiting: list[Sight] = []
        self.same: list[tuple[Sight, Sight]] = []

    def note(self, small: SmallFrame, detected: Sequence[Sight], begun: Iterable[Sight]) -> None:
        """Add the newest scan.

        Args:
            small: its picture.
            detected: the faces and heads in it.
            begun: detections, in this scan or an earlier one, that may belong to a person whose
                track has ended.
        """
        self._scans.append(_Scan(small, detected, [*map(clothes_of, detected)]))
        while self._scans[0].small.index < self._ring.oldest:
            self._scans.popleft()
        self._waiting += begun
        self.follow_back(small.time - SPEED_TIME)

    def follow_back(self, until: float = np.inf) -> None:
        """Search for the earlier tracks of those who appeared up to a time (s), because enough is
        known about them then; after the last scan, of all."""
        due = [s for s in self._waiting if self._clip.time(s.frame) <= until]
        self._waiting = [s for s in self._waiting if s not in due]
        for sight in due:
            earlier = self._earlier(sight)
            if earlier is not None:
                self.same.append((earlier, sight))

    def _earlier(self, sight: Sight) -> Sight | None:
        """The last detection of the same person before this one; None if that is not certain."""
        back, on = self._around(sight.frame)
        elsewhere = set[int]()
        if not back:
            return None
        chase = _Chase(self._clip, back[0].small, clothes_of(sight))
        for n, (small, detected, clothes) in enumerate(back[1:], 1):
            late = back[0].small.time - small.time > LONGEST_UNSEEN
            if late or self._is_cut(small, back[n - 1].small) or not chase.goes_on(small):
                return None
            likeness = dict(zip(detected, map(chase.place.iou, clothes), strict=True))
            close = [s for s in detected if likeness[s] >= LOOSELY_SAME_IOU]
            elsewhere |= {s.tracklet for s in detected if s not in close}
            if not close:
                continue
            met = max(close, key=likeness.__getitem__)
            # Others who are close, or a track that was elsewhere meanwhile, may be the same person.
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
        """Whether the clothes move with the later one after it appeared, or with the earlier one
        before it ended, and neither contradicts that."""
        moves_along = {_goes_along(later, on, self._clip), _goes_along(earlier, back, self._clip)}
        return True in moves_along and False not in moves_along

    def _around(self, frame: int) -> tuple[list[_Scan], list[_Scan]]:
        """The scans from a frame backwards, the latest first, and those from it forwards; both are
        empty if the frame was not scanned or its picture is no longer stored."""
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
        return goes_on and chase.place.iou(clothes_of(later)) >= SAME_PLACE_IOU

    def _is_cut(self, earlier: SmallFrame, later: SmallFrame) -> bool:
        return any(earlier.index < cut <= later.index for cut in self._cuts)


def _goes_along(sight: Sight, path: Sequence[_Scan], clip: ClipRecord) -> bool | None:
    """Whether the place below a face or head moves with it, in the scans next to its own: it does
    not if somebody passes in front, or if the person moves behind a counter. None if that cannot be
    seen.

    Args:
        path: scans that begin with its own, in either direction.
    """
    chase, again = _Chase(clip, path[0].small, clothes_of(sight)), None
    for small, detected, clothes in path[1:]:
        if abs(small.time - path[0].small.time) > SPEED_TIME:
            break
        if not chase.goes_on(small):
            break
        for other, worn in zip(detected, clothes, strict=True):
            if other.tracklet == sight.tracklet:
                if chase.place.iou(worn) < LOOSELY_SAME_IOU:
                    return False
                again = True
    return again


class _Chase:
    """Follows clothes from picture to picture.

    Args:
        clip: of the tracker.
        small: the first picture.
        place: of the clothes in it.

    Attributes:
        place: in the current picture.
    """

    def __init__(self, clip: ClipRecord, small: SmallFrame, place: Box) -> None:
        self._clip, self._here, self.place = clip, small, place
        self._look = self._first_look = patches_of(small, np.array([place]))

    def goes_on(self, there: SmallFrame) -> bool:
        """Find the clothes in another picture; False if that is not certain."""
        here, self._here = self._here, there
        if not _is_shown(self.place, here):
            return False
        box = np.array([self.place])
        expected = warped(box, self._clip.between(here.index, there.index)[-1])
        found = step(here, there, box, expected, self._look, self._first_look, _NOT_BLIND)
        self.place, self._look = Box(*found.boxes[0].tolist()), found.patches
        return bool(found.found[0])


_NOT_BLIND: Final = np.zeros(1, np.bool_)


def clothes_of(sight: Sight) -> Box:
    """The box of the clothes below a face or head, in upright source pixels."""
    box = sight.box
    beside, above, below = sight.target.spec.reach if sight.target is Target.FACE else (0, 0, 0)
    width, height = box.width * (1 + 2 * beside), box.height * (1 + above + below)
    size, (aside, first, last) = math.sqrt(max(width * height, 1.0)), CLOTHES
    x, chin = (box.x1 + box.x2) / 2, box.y2 + below * box.height
    return Box(x - aside * size, chin + first * size, x + aside * size, chin + last * size)


def _is_shown(place: Box, small: SmallFrame) -> bool:
    """Whether most of a place lies in the picture."""
    height, width = (side / small.scale for side in small.luma.shape)
    return place.common(Box(0, 0, width, height)) >= MOSTLY_INSIDE * place.area


def tracks_of_one_person(
    same: Iterable[tuple[Sight, Sight]],
    tracks: Sequence[Track],
    made_of: Mapping[int, Iterable[int]],
    cuts: Sequence[int],
) -> list[tuple[int, int]]:
    """Ids of pairs of tracks that are one person.

    Args:
        same: pairs (earlier, later) of sights of one person.
        tracks: of the clip.
        made_of: by id of a track, the ids of its tracklets.
        cuts: first frames of all new scenes.
    """

    # Of thousands of tracks, few are made of a tracklet.
    made = defaultdict[int, list[Track]](list)
    for track in tracks:
        for tracklet in made_of[track.id]:
            made[tracklet].append(track)

    def tracks_of(sight: Sight) -> list[int]:
        mine = made.get(sight.tracklet, ())
        return [track.id for track in mine if track.first <= sight.frame <= track.last]

    return [
        (one, other)
        for earlier, later in same
        if not any(earlier.frame < cut <= later.frame for cut in cuts)
        for one in tracks_of(earlier)
        for other in tracks_of(later)
        if one != other
    ]
