"""A person's answers to the findings of one audit, and what they mean for the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..auditing import hiding_places
from ..pipeline import Accepted, same_place
from ..plan import FindingNote, Plan, ReviewState, answered_here, marked
from ..types import Box, Decided, Finding, FindingKind, Target, box_on_the_way


def accepted(plan: Plan) -> Accepted | None:
    """The findings that a person explained; None while one of the last audit has no answer.

    An answer applies to one place: whatever a later change brings up elsewhere is not covered.
    """
    notes = plan.review.findings if plan.review else ()
    explained = [note for note in notes if _is_explained(plan, note)]
    if not explained or not all(answered_here(plan, note) for note in notes):
        return None
    reasons = dict.fromkeys(note.reason for note in explained)
    said = tuple(Decided(n.reason, n.answered_by, n.answered_at) for n in explained)
    findings = tuple(_finding(note, plan) for note in explained)
    return Accepted(findings, "; ".join(reasons), said)


def noted(plan: Plan, findings: Iterable[Finding]) -> Plan:
    """The plan with the findings of an audit; those that were explained before stay explained."""
    review = plan.review or ReviewState()
    before = [(note, _finding(note, plan)) for note in review.findings if _is_explained(plan, note)]
    last = len(plan.source.timeline) - 1
    notes = tuple(_with_answer(plan, _note(found, last), found, before) for found in findings)
    return replace(plan, review=review.but(findings=notes))


def _is_explained(plan: Plan, note: FindingNote) -> bool:
    """Whether this user gave the finding an answer that the page would accept: a plan from
    elsewhere may contain answers that do not count here."""
    known = note.kind in {kind.value for kind in FindingKind}
    said = any(c.isalnum() for c in note.reason)
    none = note.answer == "none" and answered_here(plan, note)
    return known and note.drawn and none and said and bool(note.places)


def _with_answer(
    plan: Plan, note: FindingNote, found: Finding, before: list[tuple[FindingNote, Finding]]
) -> FindingNote:
    for old, place in before:
        if same_place(found, place):
            same = note.but(
                answer=old.answer,
                reason=old.reason,
                answered_by=old.answered_by,
                answered_at=old.answered_at,
            )
            return marked(plan, same)
    return note


def _note(finding: Finding, last: int) -> FindingNote:
    places = tuple(
        (frame, (box.x1, box.y1, box.x2, box.y2)) for frame, box in hiding_places(finding, last)
    )
    return FindingNote(
        finding.number,
        finding.kind.value,
        finding.target.word,
        finding.first,
        finding.last,
        places,
        drawn=finding.kind is not FindingKind.UNDRAWN,
        doubtful=finding.doubtful,
    )


def _finding(note: FindingNote, plan: Plan) -> Finding:
    """A note's finding, with a box for every frame, to compare with those of an audit."""
    return Finding(
        number=note.number,
        kind=FindingKind(note.kind),
        target=Target.from_word(note.target),
        first=note.first,
        last=note.last,
        start=float(plan.source.timeline.time(note.first)),  # on the clock of the file, as an audit
        end=float(plan.source.timeline.time(note.last)),
        path=tuple(_path(note)),
        scores=(),
        rule="",  # why it was reported is not stored, and answers do not need it
    )


def _places(note: FindingNote) -> list[tuple[int, Box]]:
    return sorted((frame, Box(*box)) for frame, box in note.places)


def _path(note: FindingNote) -> Iterator[tuple[int, Box]]:
    """Where its mask would be: straight lines between the places, as a track draws them."""
    places = _places(note)
    for frame in range(note.first, note.last + 1):
        yield frame, box_on_the_way(places, frame)


def findings_at(plan: Plan, frame: int) -> list[dict[str, Any]]:
    """The findings of the last audit in a frame, each with its number and its place."""
    notes = plan.review.findings if plan.review else ()
    return [
        {
            "number": note.number,
            "box": [round(v, 2) for v in box_on_the_way(_places(note), frame)],
        }
        for note in notes
        if note.places and note.first <= frame <= note.last
    ]
