"""Which frames were on the screen, and so what a person may have viewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..plan import (
    Decision,
    Plan,
    ReviewState,
    Runs,
    SeenFrames,
    SeenMoment,
    SeenSubject,
    all_subjects,
    answered_here,
    count_of,
    edit,
    joined,
    runs_of,
    subject_of,
)
from ..risk import Moment, follows_to

VIEWS: Final = ("outlines", "result", "original")
TRACK_ALONE: Final = "closely"
"""Not a view of a frame: only one track is shown, enlarged."""
SPEEDS: Final = ("still", "normal", "fast")


def with_seen(
    review: ReviewState, shown: Iterable[dict[str, Any]], frames: int, by: str = ""
) -> ReviewState:
    """A review with more frames that were shown.

    Args:
        review: before.
        shown: each with "view", "speed", "frames" and "subject" (a track, or none).
        frames: how many the clip has; others are ignored, like malformed items.
        by: who is at the page; "" if they gave no name.
    """
    seen = {(s.view, s.speed, s.by): s.frames for s in review.seen}
    subjects = {s.track: s for s in review.subjects}
    for item in shown:
        view, speed, given = item.get("view"), item.get("speed"), item.get("frames")
        if view not in (*VIEWS, TRACK_ALONE) or speed not in SPEEDS or not isinstance(given, list):
            continue
        # `true` is an int for Python, but makes a plan that cannot be read again.
        runs = runs_of(n for n in given if type(n) is int and 0 <= n < frames)
        if view != TRACK_ALONE:
            seen[view, speed, by] = joined(seen.get((view, speed, by), ()), runs)
        subject = item.get("subject")
        if type(subject) is int and subject > 0:
            known = subjects.get(subject, SeenSubject(subject, ()))
            field = "closely" if view == TRACK_ALONE else "frames"
            subjects[subject] = known.but(**{field: joined(getattr(known, field), runs)})
    return review.but(
        seen=tuple(SeenFrames(v, s, runs, by) for (v, s, by), runs in sorted(seen.items()) if runs),
        subjects=tuple(s for _, s in sorted(subjects.items()) if s.frames or s.closely),
    )


def at_the_page(review: ReviewState, name: str) -> ReviewState:
    """The review with another person at the page. Where nothing says who has seen what, as in a
    plan of an older version, it was the one person named."""
    seen = review.seen
    if not any(part.by for part in seen):
        seen = tuple(part.but(by=review.reviewer) for part in seen)
    return review.but(reviewer=name, seen=seen)


def with_parts(plan: Plan, shown: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The frames that were shown, and for a subject the same frames again for each of its parts
    that was followed from a single box."""
    found = []
    for item in shown:
        found.append(item)
        if item.get("subject") is not None and item.get("view") != TRACK_ALONE:
            parts = (edit.track_of(plan, n) for n in subject_of(plan, item["subject"]).tracks)
            followed = [part.id for part in parts if follows_to(part)]
            found += [{**item, "subject": n} for n in followed if n != item["subject"]]
    return found


def with_moments(
    review: ReviewState, plan: Plan, moments: Sequence[Moment], looked: Sequence[bool]
) -> ReviewState:
    """A review with the risky moments that were viewed, and how many were not. A viewed moment
    stays viewed, even if a decision has changed the ranking since.

    Args:
        review: before.
        plan: of the clip.
        moments: the current ranking.
        looked: whether the frame of each was viewed.
    """
    known, left = Settled(review.moments), 0
    for moment, seen in zip(moments, looked, strict=True):
        if moment in known:
            continue
        if seen:
            known.add(_noted(moment))
        left += not seen
    return review.but(moments=tuple(known.moments), moments_left=left)


class Settled:
    """Moments that were viewed. A moment is among them if the same question was asked about the
    same subject in the same frame: a mask that now ends elsewhere is asked about again."""

    def __init__(self, moments: Iterable[SeenMoment] = ()) -> None:
        self.moments: list[SeenMoment] = []
        self._asked = set[tuple[int, str, int]]()
        for one in moments:
            self.add(one)

    def add(self, one: SeenMoment) -> None:
        self.moments.append(one)
        self._asked |= {(one.frame, one.why, one.track), *one.beside}

    def __contains__(self, moment: Moment) -> bool:
        return (moment.frame, moment.why, moment.track) in self._asked


def _noted(moment: Moment, answered: bool = False) -> SeenMoment:
    beside = tuple((other.frame, other.why, other.track) for other in moment.beside)
    return SeenMoment(moment.frame, moment.why, moment.track, beside, answered)


MomentKey = tuple[int, str, int]
"""A moment as the page identifies it: frame, sentence and track."""


def with_answers(
    review: ReviewState, moments: Sequence[Moment], which: Iterable[MomentKey], yes: bool
) -> ReviewState:
    """The review with a person's answer, by their pictures, that nothing needs hiding at some
    moments; or without that answer, if `yes` is false.

    Args:
        review: before.
        moments: the ranking.
        which: of them; several may lie in one frame, each with its own picture.
    """
    asked = set(which)
    chosen = [m for m in moments if (m.frame, m.sentence, m.track) in asked]
    if not yes:
        return review.but(moments=tuple(m for m in review.moments if not _is_about(m, chosen)))
    known = Settled(
        one.but(answered=True) if _is_about(one, chosen) else one for one in review.moments
    )
    for moment in chosen:
        if moment not in known:
            known.add(_noted(moment, answered=True))
    return review.but(moments=tuple(known.moments))


def _is_about(one: SeenMoment, moments: Iterable[Moment]) -> bool:
    return any(moment in Settled((one,)) for moment in moments)


def seen_runs(review: ReviewState | None, *, fast: bool = False) -> Runs:
    """`ReviewState.frames_seen`, if there is a review."""
    return review.frames_seen(fast=fast) if review else ()


def progress_of(plan: Plan) -> dict[str, int] | None:
    """Progress of a plan's review: subjects in all, subjects decided, and the `review_summary` of
    what was viewed; None before it has begun."""
    everybody = all_subjects(plan)
    decided = sum(s.decision is not Decision.NONE for s in everybody)
    review = plan.review or ReviewState()
    if not decided and not review.moments and not review.seen:
        return None
    summary = review_summary(plan)
    numbers = ("moments", "moments_seen", "frames", "frames_seen")
    return {"people": len(everybody), "decided": decided} | {n: summary[n] for n in numbers}


def review_summary(plan: Plan, review: ReviewState | None = None) -> dict[str, Any]:
    """Numbers for the page (frames and moments seen, findings answered), for the plan's own review
    or a more recent one."""
    review = review or plan.review or ReviewState()
    seen, flown = seen_runs(review), seen_runs(review, fast=True)
    findings = review.findings
    return {
        "reviewer": review.reviewer,
        "frames": len(plan.source.timeline),
        "frames_seen": count_of(seen),
        "frames_seen_fast_only": count_of(flown) - count_of(seen),
        "moments": len(review.moments) + review.moments_left,
        "moments_seen": len(review.moments),
        "moments_answered": sum(moment.answered for moment in review.moments),
        "excerpt": review.excerpt,
        "findings": len(findings),
        "findings_answered": sum(answered_here(plan, f) for f in findings),
    }
