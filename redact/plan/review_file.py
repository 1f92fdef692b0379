"""The part of a plan file that a review writes; checked as strictly as the rest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from .review import (
    Decision,
    FindingNote,
    MutedSpan,
    ReviewState,
    Runs,
    SeenFrames,
    SeenSubject,
    Sound,
    Subject,
)

REVIEW_VERSION = 1

_Natural = Annotated[int, Meta(ge=0)]
_Positive = Annotated[int, Meta(ge=1)]
_Runs = list[tuple[_Natural, _Natural]]


class _File(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class SubjectRecord(_File):
    tracks: Annotated[list[_Positive], Meta(min_length=1)]
    decision: Decision = Decision.NONE
    name: str = ""


class MutedRecord(_File):
    start_ms: Annotated[int, Meta(ge=0, description="milliseconds after the first picture")]
    end_ms: _Positive
    how: Sound = Sound.MUTE
    reason: str = ""
    decided_by: str = ""


class SeenRecord(_File):
    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[str, Meta(pattern="^(still|normal|fast)$")]
    frames: _Runs


class SeenSubjectRecord(_File):
    track: _Positive
    frames: _Runs


class FindingRecord(_File):
    number: _Positive
    kind: str
    target: Annotated[str, Meta(pattern="^(face|plate|region)$")]
    first: _Natural
    last: _Natural
    places: list[tuple[_Natural, tuple[float, float, float, float]]]
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")] = ""
    reason: str = ""
    track: _Positive | None = None
    drawn: bool = True


class ReviewRecord(_File):
    """What was looked at and said in `redact review`."""

    version: Annotated[int, Meta(ge=1, le=REVIEW_VERSION)]
    reviewer: str = ""
    seen: list[SeenRecord] = []
    subjects: list[SeenSubjectRecord] = []
    findings: list[FindingRecord] = []


def subject_records(subjects: tuple[Subject, ...]) -> list[SubjectRecord]:
    return [SubjectRecord(list(s.tracks), s.decision, s.name) for s in subjects]


def muted_records(muted: tuple[MutedSpan, ...]) -> list[MutedRecord]:
    return [MutedRecord(m.start, m.end, m.how, m.reason, m.decided_by) for m in muted]


def review_record(state: ReviewState | None) -> ReviewRecord | None:
    if state is None:
        return None
    return ReviewRecord(
        REVIEW_VERSION,
        state.reviewer,
        [SeenRecord(s.view, s.speed, list(s.frames)) for s in state.seen],
        [SeenSubjectRecord(s.track, list(s.frames)) for s in state.subjects],
        [
            FindingRecord(
                number=f.number,
                kind=f.kind,
                target=f.target,
                first=f.first,
                last=f.last,
                places=list(f.places),
                answer=f.answer,
                reason=f.reason,
                track=f.track,
                drawn=f.drawn,
            )
            for f in state.findings
        ],
    )


def subjects_of(records: list[SubjectRecord], known: frozenset[int]) -> tuple[Subject, ...]:
    """Raises ValueError where a track is unknown, or belongs to two subjects."""
    found: list[Subject] = []
    taken: set[int] = set()
    for i, record in enumerate(records):
        for number in record.tracks:
            if number not in known:
                raise ValueError(f"$.subjects[{i}].tracks: there is no track {number}")
            if number in taken:
                raise ValueError(f"$.subjects[{i}].tracks: track {number} is in two subjects")
            taken.add(number)
        found.append(Subject(tuple(sorted(record.tracks)), record.decision, record.name))
    return tuple(found)


def muted_of(records: list[MutedRecord]) -> tuple[MutedSpan, ...]:
    """Raises ValueError where a span ends before it begins."""
    for i, m in enumerate(records):
        if m.end_ms <= m.start_ms:
            raise ValueError(f"$.muted[{i}].end_ms: the span ends before it begins")
    return tuple(MutedSpan(m.start_ms, m.end_ms, m.how, m.reason, m.decided_by) for m in records)


def review_of(record: ReviewRecord | None, frames: int) -> ReviewState | None:
    """Raises ValueError where a frame lies outside the clip of `frames` frames."""
    if record is None:
        return None
    return ReviewState(
        record.reviewer,
        tuple(SeenFrames(s.view, s.speed, _runs(s.frames, frames)) for s in record.seen),
        tuple(SeenSubject(s.track, _runs(s.frames, frames)) for s in record.subjects),
        tuple(_finding(f, frames) for f in record.findings),
    )


def _runs(runs: list[tuple[int, int]], frames: int) -> Runs:
    before = -1
    for first, last in runs:
        if not before < first <= last < frames:
            raise ValueError(f"$.review: frames {first} to {last} do not rise within the clip")
        before = last
    return tuple(runs)


def _finding(f: FindingRecord, frames: int) -> FindingNote:
    if not f.first <= f.last < frames or any(frame >= frames for frame, _ in f.places):
        raise ValueError(f"$.review.findings: finding {f.number} lies outside the clip")
    for _, box in f.places:
        if not (box[0] < box[2] and box[1] < box[3] and max(map(abs, box)) < 1e6):
            raise ValueError(f"$.review.findings: finding {f.number}: {list(box)} is not a box")
    return FindingNote(
        **{name: getattr(f, name) for name in f.__struct_fields__} | {"places": tuple(f.places)}
    )
