"""Which frames were on the screen, and so what a person may have viewed."""

from __future__ import annotations

from collections.abc import Iterable
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
    joined,
    runs_of,
)
from ..risk import Moment

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


class Settled:
    """Moments that were viewed. A moment is among them if the same question was asked about the
    same subject in the same frame: a mask that now ends elsewhere is asked about again. Whether
    somebody who is visible is still the same, is asked once for as long as they stay in a place.

    Args:
        moments: that were viewed.
        plan: of the clip; None to compare frames alone.
    """

    def __init__(self, moments: Iterable[SeenMoment] = (), plan: Plan | None = None) -> None:
        self.moments: list[SeenMoment] = []
        self._asked = set[tuple[int, str, int]]()
        self._visible: dict[int, list[int]] = {}
        self._plan = plan
        for one in moments:
            self.add(one)

    def add(self, one: SeenMoment) -> None:
        self.moments.append(one)
        asked = {(one.frame, one.why, one.track), *one.beside}
        self._asked |= asked
        for frame, why, track in asked:
            if why == "visible":
                self._visible.setdefault(track, []).append(frame)

    def __contains__(self, moment: Moment) -> bool:
        if (moment.frame, moment.why, moment.track) in self._asked:
            return True
        if moment.why != "visible" or moment.box is None or self._plan is None:
            return False
        places = (
            key.box
            for frame in self._visible.get(moment.track, ())
            for track in self._plan.tracks_near(frame)
            if (key := track.at(frame)) is not None
        )
        return any(place.lies_on(moment.box) for place in places)


def _noted(moment: Moment) -> SeenMoment:
    beside = tuple((other.frame, other.why, other.track) for other in moment.beside)
    return SeenMoment(moment.frame, moment.why, moment.track, beside)


MomentKey = tuple[int, str, int]
"""A moment as the page identifies it: frame, sentence and track."""


def with_moments(
    review: ReviewState, moments: Iterable[Moment], which: Iterable[MomentKey]
) -> ReviewState:
    """The review with moments whose picture was on the screen, with its mark in view.

    Args:
        review: before.
        moments: the ranking.
        which: of them; several may lie in one frame, each with its own mark.
    """
    asked, known = set(which), Settled(review.moments)
    for moment in moments:
        if (moment.frame, moment.sentence, moment.track) in asked and moment not in known:
            known.add(_noted(moment))
    return review.but(moments=tuple(known.moments))


def seen_runs(review: ReviewState | None) -> Runs:
    """`ReviewState.frames_seen`, if there is a review."""
    return review.frames_seen() if review else ()


def progress_of(plan: Plan) -> dict[str, int] | None:
    """Progress of a plan's review: subjects in all, subjects decided, and the `review_summary` of
    what was viewed; None before it has begun."""
    everybody = all_subjects(plan)
    decided = sum(s.decision is not Decision.NONE for s in everybody)
    review = plan.review or ReviewState()
    if not decided and not review.moments and not review.seen:
        return None
    summary = review_summary(plan)
    numbers = (
        *("moments", "moments_seen", "findings", "findings_answered", "frames", "frames_seen"),
    )
    return {"people": len(everybody), "decided": decided} | {n: summary[n] for n in numbers}


def review_summary(plan: Plan, review: ReviewState | None = None) -> dict[str, Any]:
    """Numbers for the page (frames and moments seen, findings answered), for the plan's own review
    or a more recent one."""
    review = review or plan.review or ReviewState()
    findings = review.findings
    return {
        "reviewer": review.reviewer,
        "frames": len(plan.source.timeline),
        "frames_seen": count_of(seen_runs(review)),
        "moments": len(review.moments) + review.moments_left,
        "moments_seen": len(review.moments),
        "excerpt": review.excerpt,
        "findings": len(findings),
        "findings_answered": sum(answered_here(plan, f) for f in findings),
    }
