"""What stands in a plan file, field by field; `docs/plan.schema.json` is made from this.

What a review writes and how the tracks were found is checked as strictly as the rest.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ..settings import Caution, Damaged, DetectSettings, Sensitivity
from ..types import EVERYWHERE, SEARCHED, Action, Box, Origin, Scope, State, Target, pattern_of
from . import review
from .plan import Plan, is_box
from .review import Decision, ReviewState, Sound

REVIEW_VERSION = 1

_MOST = 2**63 - 1
"""Larger numbers are in no video, and with those of hundreds of digits nothing can be computed."""
_Natural = Annotated[int, Meta(ge=0, le=_MOST)]
_Positive = Annotated[int, Meta(ge=1, le=_MOST)]
_Number = Annotated[float, Meta(ge=-1e30, le=1e30)]
_Runs = list[tuple[_Natural, _Natural]]
_TargetWord = Annotated[str, Meta(pattern=pattern_of(tuple(Target)))]


class _ShortFile(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """As `_File`; what has its default value is left out."""


_Utc = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)?$",
        description="UTC, ISO 8601; empty: nobody did, or a plan of an older version does not say",
    ),
]


class SubjectRecord(_ShortFile):
    tracks: Annotated[list[_Positive], Meta(min_length=1)]
    decision: Decision = Decision.NONE
    name: str = ""


class MutedRecord(_ShortFile, rename={"start": "start_ms", "end": "end_ms"}):
    start: Annotated[_Natural, Meta(description="milliseconds after the first picture")]
    end: _Positive
    how: Sound = Sound.MUTE
    reason: str = ""
    decided_by: str = ""
    decided_at: _Utc = ""


class SeenRecord(_ShortFile):
    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[str, Meta(pattern="^(still|normal|fast)$")]
    frames: _Runs


class SeenSubjectRecord(_ShortFile):
    track: _Positive
    frames: _Runs


class FindingRecord(_ShortFile):
    number: _Positive
    kind: str
    target: _TargetWord
    first: _Natural
    last: _Natural
    places: list[tuple[_Natural, tuple[float, float, float, float]]]
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")] = ""
    reason: str = ""
    track: _Positive | None = None
    drawn: bool = True
    answered_by: str = ""
    answered_at: _Utc = ""
    mark: str = ""


class ReviewRecord(_ShortFile):
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


_LookedFor = Annotated[str, Meta(pattern=pattern_of(SEARCHED))]
_Corners = tuple[_Number, _Number, _Number, _Number]
_Spans = Annotated[
    list[tuple[_Number, _Number]],
    Meta(description="first and last second, after the first picture, of the spans looked at"),
]
_Ignored = Annotated[
    list[_Corners],
    Meta(description="areas, as boxes: what lies wholly inside one was not looked for"),
]
_Only = Annotated[
    list[_Corners],
    Meta(description="areas, as boxes: what touches none of them was not looked for"),
]


class DetectorRecord(_ShortFile):
    name: str
    sha256: str


class ScopeRecord(_ShortFile):
    """What a user did not want looked for. It is visible, and the audit does not look there."""

    between: _Spans = []
    ignored: _Ignored = []
    only: _Only = []


class SettingsRecord(_ShortFile):
    targets: Annotated[
        list[_LookedFor],
        Meta(min_length=1, description="what was looked for, and what the audit looks for"),
    ]
    sensitivity: Sensitivity
    detectors: list[DetectorRecord]
    frames_looked_at: (
        Annotated[
            _Natural, Meta(description="by the detectors; in others, what was seen is followed")
        ]
        | None
    ) = None
    centerface: bool = True
    detector: str = ""
    caution: Caution = Caution.NORMAL
    scope: ScopeRecord | None = None
    damaged: Damaged = Damaged.HOLD


def settings_record(plan: Plan) -> SettingsRecord:
    """What was asked for, and who looked."""
    asked = plan.settings
    limits = asked.scope
    scope = ScopeRecord(list(limits.between), list(limits.ignored), list(limits.only))
    return SettingsRecord(
        targets=[t.word for t in asked.targets],
        sensitivity=asked.sensitivity,
        detectors=[DetectorRecord(name=n, sha256=s) for n, s in plan.detectors],
        frames_looked_at=plan.frames_looked_at,
        centerface=asked.centerface,
        detector=asked.detector,
        caution=asked.caution,
        scope=None if limits.everything else scope,
        damaged=asked.damaged,
    )


def settings_of(record: SettingsRecord) -> DetectSettings:
    """What was asked for. Raises ValueError."""
    return DetectSettings(
        tuple(Target.from_word(t) for t in record.targets),
        record.sensitivity,
        record.centerface,
        record.detector,
        record.caution,
        EVERYWHERE if record.scope is None else _scope_of(record.scope),
        record.damaged,
    )


def _scope_of(record: ScopeRecord) -> Scope:
    for i, (start, end) in enumerate(record.between):
        if not 0 <= start < end:  # JSON has no infinity, and no NaN
            raise ValueError(f"$.settings.scope.between[{i}]: {start:g} to {end:g} is no span")
    for name, areas in (("ignored", record.ignored), ("only", record.only)):
        for i, (x1, y1, x2, y2) in enumerate(areas):
            if not (x1 < x2 and y1 < y2):
                raise ValueError(f"$.settings.scope.{name}[{i}]: is not a box")
    return Scope(
        tuple(record.between),
        tuple(Box(*area) for area in record.ignored),
        tuple(Box(*area) for area in record.only),
    )


FORMAT = "redact-plan"
FORMAT_VERSION = 1

_Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Rational = Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}/[1-9][0-9]{0,18}$")]


class _File(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class KeyframeRecord(_File, omit_defaults=True):
    frame: _Natural
    box: tuple[float, float, float, float]
    state: State
    score: Annotated[float, Meta(ge=0, le=1)] | None = None


class ConfirmedRecord(_ShortFile):
    """What a person said of a stretch of frames while looking at it."""

    first: _Natural
    last: _Natural
    same: Annotated[bool, Meta(description="it is the one whom the decision is about")] = True
    by: str = ""
    at: _Utc = ""


class TrackRecord(_File, kw_only=True, omit_defaults=True):
    id: _Positive
    target: _TargetWord
    action: Action
    origin: Origin
    reason: str
    decided_by: str
    certainty: (
        Annotated[float, Meta(ge=0, le=1, description="probability that it is what it seems")]
        | None
    ) = None
    decided_at: _Utc = ""
    confirmed: Annotated[
        list[ConfirmedRecord], Meta(description="of two about one frame, the later counts")
    ] = []
    keyframes: Annotated[list[KeyframeRecord], Meta(min_length=1)]


class SourceRecord(_File):
    name: str
    sha256: _Sha256
    size: _Natural
    width: _Positive
    height: _Positive
    time_base: _Rational
    pts: list[list[int]]


class PlanRecord(_File, kw_only=True, omit_defaults=True):
    """The whole file. `docs/plan.schema.json` is generated from this class."""

    format: Annotated[str, Meta(pattern=f"^{FORMAT}$")]
    format_version: Annotated[int, Meta(ge=1, le=FORMAT_VERSION)]
    redact_version: str
    source: SourceRecord
    settings: SettingsRecord
    cuts: list[_Natural]
    unchecked: list[_Natural]
    subjects: Annotated[
        list[SubjectRecord], Meta(description="tracks that are one person, plate or thing")
    ] = []
    muted: Annotated[
        list[MutedRecord], Meta(description="spans of sound that the output does not have")
    ] = []
    review: ReviewRecord | None = None
    tracks: list[TrackRecord]


def plan_schema() -> dict[str, Any]:
    """JSON schema of a plan file."""
    return msgspec.json.schema(PlanRecord)
