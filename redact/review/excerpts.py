"""The excerpt that a person marks on the page: the part of the plan that is made, and findings in
it, on the page's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..media import SourceInfo, default_output, probe_excerpt
from ..pipeline import Accepted, plan_of
from ..plan import Plan, ReviewState, excerpt_of
from ..risk import moments_worth_a_look
from ..types import Finding, frames_in
from .answers import accepted
from .looked_at import seen_runs
from .session import Open, Session


def with_marks(review: ReviewState, values: dict[str, Any], frames: int) -> ReviewState:
    """The review with "first" and "last", the first and last frame of an excerpt, both included;
    without them, or with all frames, everything is made. Raises ValueError."""
    if values.get("first") is None:
        return review.but(excerpt=None)
    first, last = int(values["first"]), int(values["last"])
    if not 0 <= first <= last < frames:
        raise ValueError(f"{first} to {last} is no excerpt of {frames} frames")
    return review.but(excerpt=None if (first, last) == (0, frames - 1) else (first, last))


def of_what_is_made(
    plan: Plan, subjects: Iterable[dict[str, Any]], summary: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Those subjects that are in the excerpt, and the summary with its pictures alone; all of both
    if none is marked.

    Args:
        plan: the open one.
        subjects: as sent to the page.
        summary: see `review_summary`.
    """
    review = plan.review or ReviewState()
    if review.excerpt is None:
        return list(subjects), summary
    first, last = review.excerpt
    there = {t.id for t in plan.tracks if t.first <= last and t.last >= first}
    seen = sum(first <= frame <= last for frame in frames_in(seen_runs(review)))
    counted = summary | {"frames": last - first + 1, "frames_seen": seen}
    return [s for s in subjects if any(t["id"] in there for t in s["tracks"])], counted


@dataclass(frozen=True)
class Wanted:
    """What is made of the open plan: all of it, or the excerpt that is marked.

    Attributes:
        info, plan: of it.
        plan_file: where its plan is stored.
        whole: the open plan.
        first: frame of the open plan with which it begins.
    """

    info: SourceInfo
    plan: Plan
    plan_file: Path
    whole: Plan
    first: int = 0

    def accepted(self) -> Accepted | None:
        """See `redact.review.answers.accepted`."""
        answers = accepted(self.whole)
        if answers is None:
            return None
        return replace(answers, findings=tuple(self._moved(answers.findings, -1)))

    def on_the_page(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings in what was made, in the frames of the open plan."""
        return list(self._moved(findings, 1))

    def _moved(self, findings: Iterable[Finding], sign: int) -> Iterable[Finding]:
        timeline, frames = self.whole.source.timeline, sign * self.first
        seconds = sign * float(timeline.time(self.first)) if self.plan is not self.whole else 0.0
        for f in findings:
            yield replace(
                f,
                first=f.first + frames,
                last=f.last + frames,
                start=f.start + seconds,
                end=f.end + seconds,
                path=tuple((frame + frames, box) for frame, box in f.path),
            )


def wanted(session: Session, here: Open) -> Wanted:
    """What the person wants made. Raises UsageError if the search was limited to other spans."""
    plan, info = here.open_plan.plan, here.info
    marks = None if plan.review is None else plan.review.excerpt
    if marks is None:
        return Wanted(info, plan, session.plan_path, plan)
    scope = plan.settings.scope
    first, last = marks
    times, base = plan.source.timeline, plan.source.timeline.time_base
    part = info.part
    zero = times.pts[0] if part is None else part.zero - part.begin
    after = times.pts[last] + 1
    if last + 1 < len(times):
        after = times.pts[last + 1]
    elif part is not None and part.end is not None:
        after = part.end - part.begin
    elif times.length is not None:
        after = times.pts[0] + round(times.length / base)
    span = float((times.pts[first] - zero) * base), float((after - zero) * base)
    scope = scope.but(cut=span)
    made = probe_excerpt(session.source, scope)
    cut = replace(excerpt_of(plan, first, last), settings=replace(plan.settings, scope=scope))
    place = default_output(made)
    if session.folder is not None:
        place = session.folder / place.name
    return Wanted(made, _counted(cut), plan_of(place), plan, first)


def _counted(plan: Plan) -> Plan:
    """The plan of an excerpt with the number of its moments that nobody viewed."""
    review = plan.review or ReviewState()
    viewed = {(m.frame, m.why, m.track) for m in review.moments}
    moments = moments_worth_a_look(plan)
    left = sum((m.frame, m.why, m.track) not in viewed for m in moments)
    return replace(plan, review=review.but(moments_left=left))
