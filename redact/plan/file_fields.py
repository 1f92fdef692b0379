"""What stands in a plan file, field by field; `docs/plan.schema.json` is made from this.

What a review writes and how the tracks were found is checked as strictly as the rest.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ..settings import Caution, Damaged, DetectSettings, Sensitivity
from ..types import (
    EVERYWHERE,
    SEARCHED,
    Action,
    Box,
    Confirmed,
    Doubt,
    Natural,
    Origin,
    Positive,
    Scope,
    Sha256,
    State,
    Target,
    TargetWord,
    UtcOrNone,
    pattern_of,
)
from .plan import Plan, is_box
from .review import MutedSpan, ReviewState, Subject

_Number = Annotated[float, Meta(ge=-1e30, le=1e30)]


class _ShortFile(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """As `_File`; what has its default value is left out."""


def check_subjects(subjects: list[Subject], known: frozenset[int]) -> None:
    """Raises ValueError where a track is unknown, or belongs to two subjects."""
    taken: set[int] = set()
    for i, subject in enumerate(subjects):
        for number in subject.tracks:
            if number not in known:
                raise ValueError(f"$.subjects[{i}].tracks: there is no track {number}")
            if number in taken:
                raise ValueError(f"$.subjects[{i}].tracks: track {number} is in two subjects")
            taken.add(number)


def check_muted(muted: list[MutedSpan]) -> None:
    """Raises ValueError where a span ends before it begins."""
    for i, m in enumerate(muted):
        if m.end <= m.start:
            raise ValueError(f"$.muted[{i}].end_ms: the span ends before it begins")


def check_review(review: ReviewState, frames: int) -> None:
    """Raises ValueError where a frame lies outside the clip of `frames` frames."""
    for runs in (*(s.frames for s in review.seen), *(s.frames for s in review.subjects)):
        before = -1
        for first, last in runs:
            if not before < first <= last < frames:
                raise ValueError(f"$.review: frames {first} to {last} do not rise within the clip")
            before = last
    for f in review.findings:
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
            Natural, Meta(description="by the detectors; in others, what was seen is followed")
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

_Rational = Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}/[1-9][0-9]{0,18}$")]


class _File(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class KeyframeRecord(_File, omit_defaults=True):
    frame: Natural
    box: tuple[float, float, float, float]
    state: State
    score: Annotated[float, Meta(ge=0, le=1)] | None = None


class TrackRecord(_File, kw_only=True, omit_defaults=True):
    id: Positive
    target: TargetWord
    action: Action
    origin: Origin
    reason: str
    decided_by: str
    certainty: (
        Annotated[float, Meta(ge=0, le=1, description="probability that it is what it seems")]
        | None
    ) = None
    decided_at: UtcOrNone = ""
    confirmed: Annotated[
        list[Confirmed], Meta(description="of two about one frame, the later counts")
    ] = []
    keyframes: Annotated[list[KeyframeRecord], Meta(min_length=1)]


class DoubtRecord(_File):
    """A place without a mask at which somebody may be."""

    frame: Natural
    target: _LookedFor
    box: _Corners
    chance: Annotated[float, Meta(ge=0, le=1, description="probability that it is that")]


def doubt_records(doubts: tuple[Doubt, ...]) -> list[DoubtRecord]:
    return [DoubtRecord(d.frame, d.target.word, d.box, d.chance) for d in doubts]


def doubts_of(records: list[DoubtRecord], frames: int) -> tuple[Doubt, ...]:
    """Raises ValueError where one lies outside the clip of `frames` frames, or is no box."""
    for i, d in enumerate(records):
        if d.frame >= frames or not is_box(d.box):
            raise ValueError(f"$.doubts[{i}]: {list(d.box)} in frame {d.frame} is no place")
    return tuple(Doubt(d.frame, Target.from_word(d.target), Box(*d.box), d.chance) for d in records)


class SourceRecord(_File):
    name: str
    sha256: Sha256
    size: Natural
    width: Positive
    height: Positive
    time_base: _Rational
    pts: list[list[int]]


class PlanRecord(_File, kw_only=True, omit_defaults=True):
    """The whole file. `docs/plan.schema.json` is generated from this class."""

    format: Annotated[str, Meta(pattern=f"^{FORMAT}$")]
    format_version: Annotated[int, Meta(ge=1, le=FORMAT_VERSION)]
    redact_version: str
    source: SourceRecord
    settings: SettingsRecord
    cuts: list[Natural]
    unchecked: list[Natural]
    subjects: Annotated[
        list[Subject], Meta(description="tracks that are one person, plate or thing")
    ] = []
    muted: Annotated[
        list[MutedSpan], Meta(description="spans of sound that the output does not have")
    ] = []
    review: ReviewState | None = None
    doubts: Annotated[
        list[DoubtRecord], Meta(description="places without a mask at which somebody may be")
    ] = []
    tracks: list[TrackRecord]
