"""The part of a plan file that a review writes; checked as strictly as the rest."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from . import review
from .plan import is_box
from .review import Decision, ReviewState, Sound

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


class MutedRecord(_File, rename={"start": "start_ms", "end": "end_ms"}):
    start: Annotated[int, Meta(ge=0, description="milliseconds after the first picture")]
    end: _Positive
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


def subject_records(subjects: tuple[review.Subject, ...]) -> list[SubjectRecord]:
    return msgspec.convert(subjects, list[SubjectRecord], from_attributes=True)


def muted_records(muted: tuple[review.MutedSpan, ...]) -> list[MutedRecord]:
    return msgspec.convert(muted, list[MutedRecord], from_attributes=True)


def review_record(state: ReviewState | None) -> ReviewRecord | None:
    if state is None:
        return None
    return ReviewRecord(
        REVIEW_VERSION,
        state.reviewer,
        msgspec.convert(state.seen, list[SeenRecord], from_attributes=True),
        msgspec.convert(state.subjects, list[SeenSubjectRecord], from_attributes=True),
        msgspec.convert(state.findings, list[FindingRecord], from_attributes=True),
    )


def subjects_of(records: list[SubjectRecord], known: frozenset[int]) -> tuple[review.Subject, ...]:
    """Raises ValueError where a track is unknown, or belongs to two subjects."""
    taken: set[int] = set()
    for i, record in enumerate(records):
        for number in record.tracks:
            if number not in known:
                raise ValueError(f"$.subjects[{i}].tracks: there is no track {number}")
            if number in taken:
                raise ValueError(f"$.subjects[{i}].tracks: track {number} is in two subjects")
            taken.add(number)
        record.tracks.sort()
    return msgspec.convert(records, tuple[review.Subject, ...], from_attributes=True)


def muted_of(records: list[MutedRecord]) -> tuple[review.MutedSpan, ...]:
    """Raises ValueError where a span ends before it begins."""
    for i, m in enumerate(records):
        if m.end <= m.start:
            raise ValueError(f"$.muted[{i}].end_ms: the span ends before it begins")
    return msgspec.convert(records, tuple[review.MutedSpan, ...], from_attributes=True)


def review_of(record: ReviewRecord | None, frames: int) -> ReviewState | None:
    """Raises ValueError where a frame lies outside the clip of `frames` frames."""
    if record is None:
        return None
    for runs in (*(s.frames for s in record.seen), *(s.frames for s in record.subjects)):
        _check_runs(runs, frames)
    for finding in record.findings:
        _check_finding(finding, frames)
    return ReviewState(
        record.reviewer,
        msgspec.convert(record.seen, tuple[review.SeenFrames, ...], from_attributes=True),
        msgspec.convert(record.subjects, tuple[review.SeenSubject, ...], from_attributes=True),
        msgspec.convert(record.findings, tuple[review.FindingNote, ...], from_attributes=True),
    )


def _check_runs(runs: list[tuple[int, int]], frames: int) -> None:
    before = -1
    for first, last in runs:
        if not before < first <= last < frames:
            raise ValueError(f"$.review: frames {first} to {last} do not rise within the clip")
        before = last


def _check_finding(f: FindingRecord, frames: int) -> None:
    if not f.first <= f.last < frames or any(frame >= frames for frame, _ in f.places):
        raise ValueError(f"$.review.findings: finding {f.number} lies outside the clip")
    for _, box in f.places:
        if not is_box(box):
            raise ValueError(f"$.review.findings: finding {f.number}: {list(box)} is not a box")
