"""Which frames were on the screen: what a person has really looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..plan import (
    Plan,
    ReviewState,
    Runs,
    SeenFrames,
    SeenSubject,
    answered_here,
    count_of,
    edit,
    joined,
    runs_of,
    subject_of,
)
from .moments import follows_to

VIEWS: Final = ("outlines", "result", "original")
SPEEDS: Final = ("still", "normal", "fast")


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
    return review.but(
        seen=tuple(SeenFrames(v, s, runs) for (v, s), runs in sorted(seen.items()) if runs),
        subjects=tuple(SeenSubject(t, runs) for t, runs in sorted(subjects.items()) if runs),
    )


def with_parts(plan: Plan, shown: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was shown of subjects, and the same of each part of them that follows one box. Before
    it was drawn, nobody can have looked at it, though its subject was chosen."""
    found = []
    for item in shown:
        found.append(item)
        if item.get("subject") is not None:
            parts = (edit.track_of(plan, n) for n in subject_of(plan, item["subject"]).tracks)
            followed = [part.id for part in parts if follows_to(part)]
            found += [{**item, "subject": n} for n in followed if n != item["subject"]]
    return found


def seen_runs(review: ReviewState | None, *, fast: bool = False) -> Runs:
    """`ReviewState.frames_seen`, where there is a review."""
    return review.frames_seen(fast=fast) if review else ()


def review_summary(plan: Plan, moments: Sequence[bool]) -> dict[str, Any]:
    """Numbers for the page: frames seen, moments (whether each was), findings answered."""
    seen, flown = seen_runs(plan.review), seen_runs(plan.review, fast=True)
    findings = plan.review.findings if plan.review else ()
    return {
        "reviewer": plan.review.reviewer if plan.review else "",
        "frames": len(plan.source.timeline),
        "frames_seen": count_of(seen),
        "frames_seen_fast_only": count_of(flown) - count_of(seen),
        "moments": len(moments),
        "moments_seen": sum(moments),
        "findings": len(findings),
        "findings_answered": sum(answered_here(plan, f) for f in findings),
    }
