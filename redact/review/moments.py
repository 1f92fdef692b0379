"""Which moments of a video are worth a person's look first: a ranking, by how probable it is that
somebody is open there, short enough to be worked through.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Final

from ..plan import Decision, Plan, answered_here
from ..types import Box, Keyframe, Origin, State, Track, runs_of
from .bridging import gaps_of
from .sights import SightsKept

SECONDS_BETWEEN_MOMENTS: Final = 1.0
"""Seconds between two moments, at least: who looks at one has seen what is nearer."""

MOST_MOMENTS_A_MINUTE: Final = 30
"""Moments in a minute of video, at most: more is watching all of it."""

LONG_STRETCH_FRAMES: Final = 8
"""Frames of a stretch that was only followed or guessed, at least, to be worth a look."""

ENDS_CHANCE: Final = 0.05
LEFT_CHANCE: Final = 0.008
GAP_CHANCE: Final = 0.07
GUESSED_CHANCES: Final = (0.01, 0.024, 0.06)
DRAWN_CHANCE: Final = 0.2
VISIBLE_CHANCES: Final = (0.15, 0.08)
DAMAGED_CHANCE: Final = 0.15
FINDING_CHANCE: Final = 0.9
ANSWERED_CHANCE: Final = 0.01
MISSED_CHANCE: Final = 0.03
"""Probability that somebody is open, if the track is what it seems. In this order: just before a
mask begins or after it ends in the midst of the picture; the same at its border, or where another
track is; between two parts of one person; in a long guess (for a moment, for each second more, at
most); where a mask that follows one box ends; at the ends and in the middle of what is visible by
decision; where the picture is damaged; at a finding, and at one that was answered; in any second in
which nothing points to anybody. A place that was given up comes with a probability of its own. What
nobody saw leaves no trace in a plan: a person has to look for it. Judgements, of which the first
four were lowered to a fifth on dev, where ends of masks stood before what was really open; what the
ranking finds is measured (`lab/README.md`, "Risky moments")."""

BORDER: Final = 0.1
"""Share of its size from which a box ends at the border of the picture."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame worth a look.

    Attributes:
        frame: to look at.
        why: a word of the page's catalogue: finding, drawn, damaged, doubted, visible, begins,
            ends, gap, guessed, missed.
        track: whom it is about, 0 for nobody, less than 0 for one of the plan's doubts: -1 is the
            first.
        shown: frame in which that one has a box, for a picture.
        chance: that somebody is open there, 0 to 1.
        beside: other moments that lie within a second and are seen with it, the likeliest first.
    """

    frame: int
    why: str
    track: int
    shown: int
    chance: float
    beside: tuple[Moment, ...] = ()


def risky_moments(plan: Plan, of_subjects: Iterable[Moment]) -> list[Moment]:
    """The ranking, the most probable first; at most one a second, and `MOST_MOMENTS_A_MINUTE` a
    minute, beside what was drawn.

    Args:
        plan: with what is common to all: findings and damage.
        of_subjects: see `subject_moments`, in any order.
    """
    line = plan.source.timeline
    if not line:
        return []
    length = plan.seconds(len(line) - 1)
    chosen = _Chosen(plan, max(1, math.ceil(MOST_MOMENTS_A_MINUTE * length / 60)))
    every = sorted([*_common(plan), *of_subjects], key=lambda m: (-m.chance, m.frame, m.track))
    likely = [m for m in every if m.chance >= MISSED_CHANCE]
    for moment in likely:
        chosen.add(moment)
    chosen.fill()
    for moment in every[len(likely) :]:
        chosen.add(moment)
    return sorted(chosen.moments, key=lambda m: (-m.chance, m.frame, m.track))


class _Chosen:
    """Moments that lie apart, and no more than a person can finish."""

    def __init__(self, plan: Plan, most: int) -> None:
        self.moments: list[Moment] = []
        self._plan, self._most = plan, most
        line = plan.source.timeline
        self._pts, self._rate = line.pts, float(line.time_base)
        self._by_second: dict[int, list[int]] = {}

    def _time(self, frame: int) -> float:
        return (self._pts[frame] - self._pts[0]) * self._rate

    def add(self, moment: Moment) -> None:
        """Take a moment, or count it to the one beside which it lies. What a person drew is asked
        about for itself: masks of one scene end together, and each may have gone astray."""
        time = self._time(moment.frame)
        second = int(time / SECONDS_BETWEEN_MOMENTS)
        near = [n for s in (second - 1, second, second + 1) for n in self._by_second.get(s, ())]
        beside = [
            n
            for n in near
            if abs(self._time(self.moments[n].frame) - time) < SECONDS_BETWEEN_MOMENTS
        ]
        if beside and moment.why != "drawn":
            at = min(beside, key=lambda n: abs(self.moments[n].frame - moment.frame))
            one = self.moments[at]
            both = 1 - (1 - one.chance) * (1 - moment.chance)
            self.moments[at] = replace(one, chance=both, beside=(*one.beside, moment))
        elif len(self.moments) < self._most or moment.why == "drawn":
            self._by_second.setdefault(second, []).append(len(self.moments))
            self.moments.append(moment)

    def fill(self) -> None:
        """Spread what is left over the longest stretches to which nothing else leads."""
        line, last = self._plan.source.timeline, len(self._pts) - 1
        ends = [-SECONDS_BETWEEN_MOMENTS, *sorted(self._time(m.frame) for m in self.moments)]
        ends.append(self._time(last) + SECONDS_BETWEEN_MOMENTS)
        gaps = [(start - end, start, end) for start, end in pairwise(ends)]
        heapify(gaps)
        while (
            gaps and len(self.moments) < self._most and -gaps[0][0] >= 2 * SECONDS_BETWEEN_MOMENTS
        ):
            _, start, end = heappop(gaps)
            middle = (start + end) / 2
            frame = line.frame_at(middle + float(line.time(0)))
            self.add(Moment(frame, "missed", 0, frame, MISSED_CHANCE))
            for a, b in ((start, middle), (middle, end)):
                heappush(gaps, (a - b, a, b))


def _common(plan: Plan) -> Iterator[Moment]:
    for f in plan.review.findings if plan.review else ():
        middle = (f.first + f.last) // 2
        yield Moment(
            middle,
            "finding",
            f.track or 0,
            middle,
            ANSWERED_CHANCE if answered_here(plan, f) else FINDING_CHANCE,
        )
    for first, _ in runs_of(plan.unchecked):
        yield Moment(first, "damaged", 0, first, DAMAGED_CHANCE)
    for number, doubt in enumerate(plan.doubts, 1):
        yield Moment(doubt.frame, "doubted", -number, doubt.frame, doubt.chance)


def subject_moments(
    decision: Decision,
    undecided: list[Moment],
    visible: Sequence[tuple[int, tuple[int, int]]],
) -> list[Moment]:
    """What is worth a look of one subject, once its decision is known; nothing of what has no mask.

    Args:
        decision: that holds of the subject.
        undecided: see `undecided_moments`.
        visible: track, and first and last frame of each span in which it is visible by decision.
    """
    if decision.action.unmasked:
        return []
    if decision is not Decision.KEEP:
        return undecided
    # Of somebody who is to be seen, it is no leak where he has no mask.
    found = []
    for track, (first, last) in visible:
        middle = (first + last) // 2
        for frame, chance in (
            (first, VISIBLE_CHANCES[0]),
            (middle, VISIBLE_CHANCES[1]),
            (last, VISIBLE_CHANCES[0]),
        ):
            found.append(Moment(frame, "visible", track, frame, chance))
    return found


def undecided_moments(plan: Plan, tracks: Sequence[Track], kept: SightsKept) -> list[Moment]:
    """What is worth a look of a subject that is hidden: what the keyframes alone say.

    Args:
        plan: its picture, cuts and other tracks.
        tracks: of the subject.
        kept: what is known of tracks.
    """
    found = [moment for track in tracks for moment in _of_track(plan, track, kept)]
    by_number = {track.id: track for track in tracks}
    for gap in gaps_of(tracks):
        sure = min(_sure(by_number[gap.before]), _sure(by_number[gap.after]))
        middle = (gap.first + gap.last) // 2
        found.append(
            Moment(middle, "gap", gap.before, by_number[gap.before].last, GAP_CHANCE * sure)
        )
    return found


def _of_track(plan: Plan, track: Track, kept: SightsKept) -> Iterator[Moment]:
    sure, last = _sure(track), len(plan.source.timeline) - 1
    cuts = set(plan.cuts)
    if track.first > 0 and track.first not in cuts:
        chance = _end_chance(plan, track, track.first, track.first - 1) * sure
        yield Moment(track.first - 1, "begins", track.id, track.first, chance)
    if track.last < last and track.last + 1 not in cuts:
        chance = _end_chance(plan, track, track.last, track.last + 1) * sure
        yield Moment(track.last + 1, "ends", track.id, track.last, chance)
    for end in follows_to(track):
        yield Moment(end, "drawn", track.id, end, DRAWN_CHANCE)
    least, more, most = GUESSED_CHANCES
    for start, end, state in kept.of(track).runs:
        if state in _WEAK and end - start >= LONG_STRETCH_FRAMES:
            seconds = plan.seconds(min(end, last)) - plan.seconds(min(start, last))
            middle = (start + end) // 2
            yield Moment(
                middle, "guessed", track.id, middle, min(most, least + more * seconds) * sure
            )


def follows_to(track: Track) -> set[int]:
    """The ends of a mask that pixels carried on from one box, none of another: if it went astray,
    it is there that it is farthest from its thing; and where that was found again."""
    if track.origin is not Origin.MANUAL:
        return set()
    set_by_hand = [key.frame for key in track.keyframes if key.state is State.MANUAL]
    followed = any(key.state is State.FOLLOWED for key in track.keyframes)
    if not followed or len(set_by_hand) != 1:
        return set()
    states = [(key.frame, key.state) for key in track.keyframes]
    sides = {State.FOLLOWED, State.INTERPOLATED}
    # Where it was covered and found again: on either side, as it may have been followed backwards.
    again = {
        a[0] if a[1] is State.FOLLOWED else b[0]
        for a, b in pairwise(states)
        if {a[1], b[1]} == sides
    }
    return ({track.first, track.last} | again) - set(set_by_hand)


def _end_chance(plan: Plan, track: Track, at: int, beyond: int) -> float:
    """That somebody is open where a mask begins or ends: in frame `beyond`, behind frame `at`."""
    here = track.at(at)
    assert here is not None
    if _at_border(here, plan.source.width, plan.source.height):
        return LEFT_CHANCE
    there = (other.at(beyond) for other in plan.tracks_near(beyond) if other.id != track.id)
    boxes = [key.box for key in there if key is not None]
    return LEFT_CHANCE if any(_covers(box, here.box) for box in boxes) else ENDS_CHANCE


def _covers(box: Box, other: Box) -> bool:
    return box.common(other) >= 0.5 * other.area


def _at_border(key: Keyframe, width: int, height: int) -> bool:
    x, y = BORDER * key.box.width, BORDER * key.box.height
    box = key.box
    return box.x1 < x or box.y1 < y or box.x2 > width - x or box.y2 > height - y


_WEAK: Final = (State.FOLLOWED, State.INTERPOLATED, State.HELD)


def _sure(track: Track) -> float:
    """How probable it is that a track is what it seems; what a person drew is."""
    if track.certainty is not None:
        return track.certainty
    return 1.0 if track.score is None else track.score
