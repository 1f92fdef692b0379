"""What a person has really looked at, and what is still worth a look."""

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
    count_of,
    joined,
    runs_of,
)
from ..types import State, Track
from .bridging import gaps_of
from .subjects import all_subjects, state_runs

VIEWS: Final = ("outlines", "result", "original")
SPEEDS: Final = ("still", "normal", "fast")

_WEAK: Final = (State.FOLLOWED, State.INTERPOLATED, State.HELD)

_HIDDEN: Final = (Decision.NONE, Decision.HIDE)

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


class Moments:
    """`risky_moments` for whoever asks after every change: tracks that stayed are not looked at
    again."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Track, frozenset[Moment]]] = {}

    def of(self, plan: Plan) -> list[Moment]:
        """As `risky_moments`."""
        made = {
            id(t): self._made.get(id(t)) or (t, frozenset(_moments_of(plan, t)))
            for t in plan.tracks
        }
        # The tracks are kept beside: an id may be used again once its object is gone.
        self._made = made
        harmless = {
            n for s in all_subjects(plan) if s.decision is Decision.FALSE_ALARM for n in s.tracks
        }
        found = {
            Moment((f.first + f.last) // 2, "finding", f.track or 0)
            for f in (plan.review.findings if plan.review else ())
        }
        found |= {Moment(first, "damaged", 0) for first, _ in runs_of(plan.unchecked)}
        found.update(*(made[id(t)][1] for t in plan.tracks if t.id not in harmless))
        found.update(_gaps(plan))
        return sorted(found, key=lambda m: (m.frame, m.why, m.track))


def risky_moments(plan: Plan) -> list[Moment]:
    """Frames at which a mistake is likeliest, in order of time.

    These are: ends and middle of every span in which somebody is visible by decision; the middle
    of long stretches in which a mask was only followed or guessed; where a track begins and ends;
    where there is no mask between two parts of one person; damage; and the findings of the last
    audit.
    """
    return Moments().of(plan)


def _moments_of(plan: Plan, track: Track) -> Iterator[Moment]:
    for first, last in plan.shown_spans(track):
        middle = (first + last) // 2
        yield from (Moment(frame, "visible", track.id) for frame in (first, middle, last))
    yield Moment(track.first, "begins", track.id)
    yield Moment(track.last, "ends", track.id)
    for first, last, state in state_runs(track):
        if state in _WEAK and last - first >= LONG:
            yield Moment((first + last) // 2, "guessed", track.id)


def _gaps(plan: Plan) -> Iterator[Moment]:
    """The middle of where somebody who is hidden has no mask between two joined parts."""
    joined_ones = [s for s in plan.subjects if len(s.tracks) > 1 and s.decision in _HIDDEN]
    by_number = {t.id: t for t in plan.tracks} if joined_ones else {}
    for subject in joined_ones:
        for gap in gaps_of(by_number[number] for number in subject.tracks):
            yield Moment((gap.first + gap.last) // 2, "gap", gap.before)


def unseen_moments(plan: Plan, moments: Iterable[Moment]) -> Iterator[Moment]:
    """Those whose frame was not shown slowly enough to be looked at."""
    seen = {n for a, b in seen_runs(plan.review) for n in range(a, b + 1)}
    return (m for m in moments if m.frame not in seen)


def review_summary(plan: Plan, moments: Sequence[Moment]) -> dict[str, Any]:
    """Numbers for the page: frames seen, moments, findings answered."""
    total = len(plan.source.timeline)
    seen, flown = seen_runs(plan.review), seen_runs(plan.review, fast=True)
    findings = plan.review.findings if plan.review else ()
    return {
        "reviewer": plan.review.reviewer if plan.review else "",
        "frames": total,
        "frames_seen": count_of(seen),
        "frames_seen_fast_only": count_of(flown) - count_of(seen),
        "moments": len(moments),
        "moments_seen": len(moments) - sum(1 for _ in unseen_moments(plan, moments)),
        "findings": len(findings),
        "findings_answered": sum(bool(f.answer) for f in findings),
    }
