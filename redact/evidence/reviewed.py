"""What a person did to the sound, and what they looked at, as parts of the record."""

from __future__ import annotations

from ..plan import Plan, count_of, joined
from .manifest import AnswerPart, MutedPart, ReviewPart, SeenPart, SeenSubjectPart


def muted_parts(plan: Plan) -> list[MutedPart]:
    """The spans that were taken out of the sound, in order of time."""
    return [
        MutedPart(m.start / 1000, m.end / 1000, m.how.value, m.reason, m.decided_by)
        for m in plan.muted
    ]


def review_part(plan: Plan) -> ReviewPart | None:
    """What was looked at on the page; None where nobody was there."""
    review = plan.review
    if review is None:
        return None
    seen: tuple[tuple[int, int], ...] = ()
    for part in review.seen:
        if part.speed != "fast":
            seen = joined(seen, part.frames)
    return ReviewPart(
        reviewer=review.reviewer,
        frames=len(plan.source.timeline),
        frames_seen=count_of(seen),
        findings=len(review.findings),
        findings_answered=sum(bool(f.answer) for f in review.findings),
        seen=tuple(SeenPart(s.view, s.speed, s.frames) for s in review.seen),
        subjects=tuple(SeenSubjectPart(s.track, s.frames) for s in review.subjects),
        answers=tuple(
            AnswerPart(f.kind, f.target, f.first, f.last, f.answer, f.reason)
            for f in review.findings
        ),
    )
