"""What can be seen of a track, what of it a person has really looked at, and what is still worth a
look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..plan import (
    Decision,
    Plan,
    ReviewState,
    SeenFrames,
    SeenSubject,
    Subject,
    all_subjects,
    answered_here,
    count_of,
    joined,
    runs_of,
    standing,
    state_runs,
)
from ..types import Keyframe, State, Track
from .bridging import gaps_of


@dataclass(frozen=True, slots=True)
class Sights:
    """Of one track.

    Attributes:
        runs: first frame, last frame and state of every stretch of one state.
        score: highest of a detector, None where none saw it.
        keys: how many keyframes there are.
        best: frame in which it is seen best: most surely, else largest.
        detected: keyframes in which a detector saw it.
        seen: the first and the last of their frames, None where no detector saw it.
    """

    runs: tuple[tuple[int, int, State], ...]
    score: float | None
    keys: int
    best: int
    detected: int
    seen: tuple[int, int] | None


class SightsKept:
    """By the keyframes themselves: a decision makes a new track of the old keyframes."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Sequence[Keyframe], Sights]] = {}

    def of(self, track: Track) -> Sights:
        known = self._made.get(id(track.keyframes))
        if known is None:
            # The keyframes are kept beside: an id may be used again once its object is gone.
            known = self._made[id(track.keyframes)] = (track.keyframes, _sights(track))
        return known[1]

    def forget_all_but(self, tracks: Sequence[Track]) -> None:
        """Drop what is of no track any more."""
        wanted = {id(track.keyframes) for track in tracks}
        if len(self._made) > 2 * len(wanted):
            self._made = {key: self._made[key] for key in wanted if key in self._made}


def _sights(track: Track) -> Sights:
    keys = tuple(track.keyframes)
    scores = [key.score for key in keys if key.score is not None]
    best = max(keys, key=lambda k: (k.score or 0.0, k.box.area))
    detected = [key.frame for key in keys if key.state is State.DETECTED]
    seen = (detected[0], detected[-1]) if detected else None
    runs = tuple(state_runs(track.first, track.last, keys))
    return Sights(runs, max(scores, default=None), len(keys), best.frame, len(detected), seen)


VIEWS: Final = ("outlines", "result", "original")
SPEEDS: Final = ("still", "normal", "fast")

_WEAK: Final = (State.FOLLOWED, State.INTERPOLATED, State.HELD)

LONG: Final = 8
"""Frames of a stretch that was only followed or guessed, at least, to be worth a look."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame worth a look: why, and for which track (0 for none)."""

    frame: int
    why: str
    track: int


def with_seen(review: ReviewState, shown: Iterable[dict[str, Any]], frames: int) -> ReviewState:
    """A review with more frames that were shown.

    Args:
        review: before.
        shown: each with "view", "speed", "frames" and "subject" (a track, or none).
        frames: of the clip; others are ignored, as is what is malformed.
    """
    seen = {(s.view, s.speed): s.frames for s in review.seen}
    subjects = {s.track: s.frames for s in review.subjects}
    for item in shown:
        view, speed, given = item.get("view"), item.get("speed"), item.get("frames")
        if view not in VIEWS or speed not in SPEEDS or not isinstance(given, list):
            continue
        runs = runs_of(n for n in given if isinstance(n, int) and 0 <= n < frames)
        seen[view, speed] = joined(seen.get((view, speed), ()), runs)
        subject = item.get("subject")
        if isinstance(subject, int) and subject > 0:
            subjects[subject] = joined(subjects.get(subject, ()), runs)
    return replace(
        review,
        seen=tuple(SeenFrames(v, s, runs) for (v, s), runs in sorted(seen.items()) if runs),
        subjects=tuple(SeenSubject(t, runs) for t, runs in sorted(subjects.items()) if runs),
    )


def seen_runs(review: ReviewState | None, *, fast: bool = False) -> tuple[tuple[int, int], ...]:
    """Frames that were shown in any view, without those that only flew by unless `fast`."""
    runs: tuple[tuple[int, int], ...] = ()
    for part in review.seen if review else ():
        if fast or part.speed != "fast":
            runs = joined(runs, part.frames)
    return runs


def risky_moments(plan: Plan) -> list[Moment]:
    """Frames at which a mistake is likeliest, in order of time.

    These are: ends and middle of every span in which somebody is visible by decision; the middle
    of long stretches in which a mask was only followed or guessed; where a track begins and ends;
    where there is no mask between two parts of one person; damage; and the findings of the last
    audit.
    """
    by_number = {t.id: t for t in plan.tracks}
    found, kept = common_moments(plan), SightsKept()
    for subject in all_subjects(plan):
        found += subject_moments(plan, subject, [by_number[n] for n in subject.tracks], kept)
    return _in_order(found)


def common_moments(plan: Plan) -> list[Moment]:
    """Those that belong to no subject: findings and damage."""
    findings = plan.review.findings if plan.review else ()
    found = {Moment((f.first + f.last) // 2, "finding", f.track or 0) for f in findings}
    return [*found, *(Moment(first, "damaged", 0) for first, _ in runs_of(plan.unchecked))]


def subject_moments(
    plan: Plan, subject: Subject, tracks: Sequence[Track], kept: SightsKept
) -> list[Moment]:
    """Those of one subject, in order of time; none of a false alarm.

    Args:
        plan: its timeline, damage and nothing else: what is found stays right while these stay.
        subject, tracks: of the plan.
        kept: what is known of tracks.
    """
    visible = [(track.id, span) for track in tracks for span in plan.shown_spans(track)]
    return decided_moments(standing(subject, tracks), undecided_moments(tracks, kept), visible)


def undecided_moments(tracks: Sequence[Track], kept: SightsKept) -> list[Moment]:
    """Those of a subject that is hidden, in order of time: what the keyframes alone say."""
    found = {moment for track in tracks for moment in _moments_of(track, kept)}
    for gap in gaps_of(tracks):
        found.add(Moment((gap.first + gap.last) // 2, "gap", gap.before))
    return _in_order(found)


def decided_moments(
    decision: Decision, undecided: list[Moment], visible: Sequence[tuple[int, tuple[int, int]]]
) -> list[Moment]:
    """The moments of a subject once its decision is known.

    Args:
        decision: that holds of the subject.
        undecided: see `undecided_moments`.
        visible: track, and first and last frame of a span in which it is visible by decision.
    """
    if decision is Decision.FALSE_ALARM:
        return []
    if decision is Decision.KEEP:
        undecided = [m for m in undecided if m.why != "gap"]
    if not visible:
        return undecided
    found = set(undecided)
    for track, (first, last) in visible:
        for frame in (first, (first + last) // 2, last):
            found.add(Moment(frame, "visible", track))
    return _in_order(found)


def _in_order(moments: Iterable[Moment]) -> list[Moment]:
    return sorted(moments, key=lambda m: (m.frame, m.why, m.track))


def _moments_of(track: Track, kept: SightsKept) -> Iterator[Moment]:
    yield Moment(track.first, "begins", track.id)
    yield Moment(track.last, "ends", track.id)
    for first, last, state in kept.of(track).runs:
        if state in _WEAK and last - first >= LONG:
            yield Moment((first + last) // 2, "guessed", track.id)


def unseen_moments(plan: Plan, moments: Iterable[Moment]) -> Iterator[Moment]:
    """Those whose frame was not shown slowly enough to be looked at."""
    seen = {n for a, b in seen_runs(plan.review) for n in range(a, b + 1)}
    return (m for m in moments if m.frame not in seen)


def review_summary(plan: Plan, moments: Iterable[int]) -> dict[str, Any]:
    """Numbers for the page: frames seen, moments (given by their frames), findings answered."""
    total = len(plan.source.timeline)
    seen, flown = seen_runs(plan.review), seen_runs(plan.review, fast=True)
    was_seen = bytearray(total)
    for first, last in seen:
        was_seen[first : last + 1] = bytes([1]) * (last + 1 - first)
    known = [was_seen[frame] for frame in moments]
    findings = plan.review.findings if plan.review else ()
    return {
        "reviewer": plan.review.reviewer if plan.review else "",
        "frames": total,
        "frames_seen": count_of(seen),
        "frames_seen_fast_only": count_of(flown) - count_of(seen),
        "moments": len(known),
        "moments_seen": sum(known),
        "findings": len(findings),
        "findings_answered": sum(answered_here(plan, f) for f in findings),
    }
