"""Finds out which tracks are one person or vehicle: those that were detected on one body, or on one
face or plate.

Only frames in which a track was *detected* count. Where two people cross, following may move on to
the other, so a followed box says nothing about who is who.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import combinations, pairwise, product
from typing import Final

from ..types import SAME_PLACE_IOU, Body, Box, Keyframe, State, Track, frames_in
from .plan import Plan
from .subject import Subject, in_order

TOGETHER_SHARE: Final = 0.8
"""Share of the detections of the shorter of two tracks in which the other is detected too, and
share of these in which they lie in one place, from which they are one (a judgement): whoever
crosses behind somebody is there for a moment only."""

ONE_FACE_SHARE: Final = 0.9
"""Share of the smaller of two boxes on one face that lies in the other."""


def all_subjects(plan: Plan) -> tuple[Subject, ...]:
    """The subjects of all tracks, in order of their first track; a track in none of the plan's
    subjects is one of its own."""
    taken = {number for subject in plan.subjects for number in subject.tracks}
    alone = (Subject((track.id,)) for track in plan.tracks if track.id not in taken)
    return in_order((*plan.subjects, *alone))


def with_all_subjects(plan: Plan, owned: Sequence[Sequence[int]] = ()) -> Plan:
    """The plan with a subject for every track. Tracks on one body are joined, except those that
    already belong to a subject.

    Args:
        plan: with tracks and bodies.
        owned: for each body, the numbers of the tracks that were seen on it.
    """
    taken = {number for subject in plan.subjects for number in subject.tracks}
    open_ = tuple(track for track in plan.tracks if track.id not in taken)
    if not open_:
        return plan
    joined = _joined(replace(plan, tracks=open_, subjects=()), owned)
    return plan.with_subjects((*plan.subjects, *joined))


def _joined(plan: Plan, owned: Sequence[Sequence[int]]) -> Iterator[Subject]:
    groups = _Groups(plan.tracks)
    # Bodies with the most frames of tracks join first. If two groups meet that cannot be one, the
    # later and shorter stays apart.
    length = {track.id: track.last - track.first + 1 for track in plan.tracks}
    seen = [sum(length[number] for number in numbers) for numbers in owned]
    for n in sorted(range(len(owned)), key=lambda n: (-seen[n], n)):
        groups.join_on(n + 1, plan.bodies[n], owned[n])
    for one, other in _on_one_face(plan.tracks):
        groups.join_pair(one, other)
    yield from groups.subjects()


def _on_one_face(tracks: Sequence[Track]) -> Iterator[tuple[Track, Track]]:
    """Yield pairs of tracks that were detected on one face or plate: two masks of one person."""
    ordered = sorted(tracks, key=lambda track: track.first)
    reach = {t.id: reduce(Box.union, (key.box for key in t.keyframes)) for t in ordered}
    there: list[Track] = []
    for track in ordered:
        there = [other for other in there if other.last >= track.first]
        for other in there:
            near = track.target is other.target and reach[track.id].common(reach[other.id])
            if near and _is_on(track, other):
                yield other, track
        there.append(track)


def _is_on(one: Track, other: Track) -> bool:
    runs = _detected(one), _detected(other)
    both = list(frames_in(_common(*runs)))
    shorter = min(sum(last - first + 1 for first, last in of_one) for of_one in runs)
    if not both or len(both) < TOGETHER_SHARE * shorter:
        return False
    on = sum(_are_one_place(_box(one, frame), _box(other, frame)) for frame in both)
    return on >= TOGETHER_SHARE * len(both)


def _are_one_place(one: Box, other: Box) -> bool:
    wholly = one.common(other) >= ONE_FACE_SHARE * min(one.area, other.area)
    return wholly and one.iou(other) >= SAME_PLACE_IOU


class _Groups:
    """Disjoint groups of tracks (union-find by track number), with the bodies of each group."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._parent = {track.id: track.id for track in tracks}
        self._members = {track.id: [track] for track in tracks}
        self._bodies: dict[int, dict[int, Body]] = {track.id: {} for track in tracks}
        self._detected: dict[int, list[tuple[int, int]]] = {}

    def root(self, number: int) -> int:
        """The lowest track number in the group of a track."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """Join the groups of two tracks."""
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self._parent[second] = first
            self._members[first] += self._members.pop(second)
            self._bodies[first] |= self._bodies.pop(second)

    def join_on(self, number: int, body: Body, tracks: Sequence[int]) -> None:
        """Join the groups of tracks that were seen on one body, and add the body to the group; see
        `join_all`."""
        roots = set(map(self.root, tracks))
        others = (other for root in roots for other in self._bodies[root].values())
        free = roots and not any(_bodies_apart(body, other) for other in others)
        if free and self.join_all(tracks):
            self._bodies[self.root(tracks[0])][number] = body

    def join_all(self, tracks: Sequence[int]) -> bool:
        """Join the groups of tracks. Do nothing and return False if two of their tracks or bodies
        were detected apart in one frame: then one of them is somebody else, and nobody knows
        which."""
        roots = list(dict.fromkeys(map(self.root, tracks)))
        for one, other in combinations(roots, 2):
            pairs = product(self._members[one], self._members[other])
            bodies = product(self._bodies[one].values(), self._bodies[other].values())
            if any(self._apart(*p) for p in pairs) or any(_bodies_apart(*p) for p in bodies):
                return False
        for root in roots[1:]:
            self.join(roots[0], root)
        return True

    def join_pair(self, one: Track, other: Track) -> None:
        """Join the groups of two tracks that lie on one face, unless other tracks or bodies of the
        groups were detected apart in one frame."""
        a, b = self.root(one.id), self.root(other.id)
        pairs = product(self._members[a], self._members[b])
        bodies = product(self._bodies[a].values(), self._bodies[b].values())
        rest = (pair for pair in pairs if pair != (one, other))
        if not any(self._apart(*p) for p in rest) and not any(_bodies_apart(*p) for p in bodies):
            self.join(a, b)

    def subjects(self) -> Iterator[Subject]:
        for root, members in self._members.items():
            numbers = tuple(sorted(track.id for track in members))
            yield Subject(numbers, bodies=tuple(sorted(self._bodies[root])))

    def _apart(self, a: Track, b: Track) -> bool:
        return _first_apart(a, b, _common(self._runs(a), self._runs(b))) is not None

    def _runs(self, track: Track) -> list[tuple[int, int]]:
        if track.id not in self._detected:
            self._detected[track.id] = _detected(track)
        return self._detected[track.id]


def detected_apart(a: Track, b: Track) -> int | None:
    """The first frame in which two tracks were detected in different places, so that they are two
    subjects; None if there is none."""
    return _first_apart(a, b, _common(_detected(a), _detected(b)))


def _first_apart(a: Track, b: Track, both: Iterator[tuple[int, int]]) -> int | None:
    return next((f for f in frames_in(both) if _two_places(_box(a, f), _box(b, f))), None)


def _bodies_apart(a: Body, b: Body) -> bool:
    """Whether two bodies were detected in different places in one frame."""
    boxes = {key.frame: key.box for key in a.keyframes}
    return any(key.frame in boxes and _two_places(key.box, boxes[key.frame]) for key in b.keyframes)


def _two_places(one: Box, other: Box) -> bool:
    return not one.lies_on(other)


def _detected(track: Track) -> list[tuple[int, int]]:
    runs = state_runs(track.first, track.last, track.keyframes)
    return [(first, last) for first, last, state in runs if state is State.DETECTED]


def _common(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the intersection of two ascending lists of spans."""
    i = k = 0
    while i < len(one) and k < len(other):
        first, last = max(one[i][0], other[k][0]), min(one[i][1], other[k][1])
        if first <= last:
            yield first, last
        if one[i][1] < other[k][1]:
            i += 1
        else:
            k += 1


def _box(track: Track, frame: int) -> Box:
    key = track.at(frame)
    assert key is not None
    return key.box


def subject_of(plan: Plan, track: int) -> Subject:
    """The subject that a track belongs to."""
    return next((s for s in all_subjects(plan) if track in s.tracks), Subject((track,)))


def state_runs(first: int, last: int, keys: Sequence[Keyframe]) -> Iterator[tuple[int, int, State]]:
    """Yield first frame, last frame and state of each span with one state, in a track that goes
    from `first` to `last`."""
    start, state = first, keys[0].state
    for _, key in pairwise(keys):
        if key.state is not state:
            yield start, key.frame - 1, state
            start, state = key.frame, key.state
    yield start, last, state
