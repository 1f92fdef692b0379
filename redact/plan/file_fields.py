"""The fields of a plan file, from which `docs/plan.schema.json` is generated, and their checks."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, UnsetType

from ..settings import Damaged, DetectSettings, Rotate, Sensitivity
from ..types import (
    DETECTED_TARGETS,
    EVERYWHERE,
    TEXT_TARGETS,
    Body,
    Box,
    Confirmed,
    Doubt,
    Keyframe,
    Keyframes,
    KeyPicture,
    Natural,
    Origin,
    Positive,
    Probability,
    Scope,
    Sha256,
    Shaped,
    State,
    Target,
    TargetWord,
    Value,
    pattern_of,
)
from .found_text import FoundText
from .muted_span import MutedSpan
from .plan import Plan, is_box
from .review_state import ReviewState
from .spoken import SpokenLine
from .subject import Subject


def check_subjects(subjects: tuple[Subject, ...], known: frozenset[int], bodies: int) -> None:
    """Raise ValueError if a track or body is unknown, or belongs to two subjects."""
    taken: set[int] = set()
    of_somebody: set[int] = set()
    for i, subject in enumerate(subjects):
        for number in subject.bodies:
            if number > bodies or number in of_somebody:
                raise ValueError(f"$.subjects[{i}].bodies: {number} is no body, or of two subjects")
            of_somebody.add(number)
        for number in subject.tracks:
            if number not in known:
                raise ValueError(f"$.subjects[{i}].tracks: there is no track {number}")
            if number in taken:
                raise ValueError(f"$.subjects[{i}].tracks: track {number} is in two subjects")
            taken.add(number)


def check_muted(muted: tuple[MutedSpan, ...]) -> None:
    """Raise ValueError if a span ends before it begins."""
    for i, m in enumerate(muted):
        if m.end <= m.start:
            raise ValueError(f"$.muted[{i}].end_ms: the span ends before it begins")


def check_review(review: ReviewState, frames: int) -> None:
    """Raise ValueError if a frame lies outside the clip of `frames` frames, or a box is invalid."""
    for runs in (*(s.frames for s in review.seen), *(s.frames for s in review.subjects)):
        before = -1
        for first, last in runs:
            if not before < first <= last < frames:
                raise ValueError(f"$.review: frames {first} to {last} do not rise within the clip")
            before = last
    if review.excerpt is not None and not review.excerpt[0] <= review.excerpt[1] < frames:
        raise ValueError("$.review.excerpt: lies outside the clip")
    if any(still.frame >= frames for still in review.stills):
        raise ValueError("$.review.stills: a frame lies outside the clip")
    if any(moment.frame >= frames for moment in review.moments):
        raise ValueError("$.review.moments: a frame lies outside the clip")
    for f in review.findings:
        if not f.first <= f.last < frames or any(frame >= frames for frame, _ in f.places):
            raise ValueError(f"$.review.findings: finding {f.number} lies outside the clip")
        for _, box in f.places:
            if not is_box(box):
                raise ValueError(f"$.review.findings: finding {f.number}: {list(box)} is not a box")


_Read = Annotated[str, Meta(pattern=pattern_of(TEXT_TARGETS))]
_LookedFor = Annotated[str, Meta(pattern=pattern_of(DETECTED_TARGETS))]


class DetectorRecord(Value, frozen=True):
    name: str
    sha256: str


class SettingsRecord(Value, frozen=True):
    """How the search was made.

    Attributes:
        targets: what search and audit look for; none where only texts are hidden.
        frames_looked_at: by the detectors; in others, what was seen is followed.
        turned: degrees clockwise by which pictures were scanned turned as well.
        texts: kinds of text that were hidden wherever they were read.
    """

    targets: tuple[_LookedFor, ...]
    sensitivity: Sensitivity
    detectors: tuple[DetectorRecord, ...]
    frames_looked_at: Natural | None = None
    scope: Scope = EVERYWHERE
    damaged: Damaged = Damaged.HOLD
    rotate: Rotate = Rotate.AUTO
    turned: tuple[Literal[90, 180, 270], ...] = ()
    texts: tuple[_Read, ...] = ()


_OF_TARGETS: Final = ("targets", "texts")
"""Settings whose targets the file stores as words."""


def settings_record(plan: Plan) -> SettingsRecord:
    """Encode the settings of a plan's search, and its detectors, for the file."""
    settings = plan.settings
    values: dict[str, Any] = {f.name: getattr(settings, f.name) for f in fields(settings)}
    values |= {name: tuple(t.word for t in values[name]) for name in _OF_TARGETS}
    # msgspec leaves out a default only if it is the very same object.
    values["scope"] = EVERYWHERE if settings.scope.everything else settings.scope
    return SettingsRecord(
        **values,
        detectors=tuple(DetectorRecord(*detector) for detector in plan.detectors),
        frames_looked_at=plan.frames_looked_at,
        turned=plan.turned,
    )


def search_settings(record: SettingsRecord) -> DetectSettings:
    """Decode the settings of the search. Raises ValueError if a span or area is invalid."""
    if record.scope.cut is not None and not 0 <= record.scope.cut[0] < record.scope.cut[1]:
        raise ValueError("$.settings.scope.cut: is no span")
    for i, area in enumerate(record.scope.ignored):
        if not (area.x1 < area.x2 and area.y1 < area.y2):
            raise ValueError(f"$.settings.scope.ignored[{i}]: is not a box")
    asked: dict[str, Any] = {f.name: getattr(record, f.name) for f in fields(DetectSettings)}
    asked |= {name: tuple(map(Target.from_word, asked[name])) for name in _OF_TARGETS}
    return DetectSettings(**asked)


PLAN_FORMAT = "redact-plan"
PLAN_FORMAT_VERSION = 3
"""Version of the file format. Since 3, a plan contains people and vehicles (`bodies`)."""

_Rational = Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}/[1-9][0-9]{0,18}$")]


class TrackRecord(Value, frozen=True, kw_only=True):
    """One object over time; what is decided about it stands in its subject.

    Attributes:
        certainty: probability that it is what it seems.
        confirmed: of two about one frame, the later counts.
        shapes: which cells of the box a person takes up, up to the next entry.
        key_pictures: how a person wants the mask of the track.
    """

    id: Positive
    target: TargetWord
    origin: Origin
    certainty: Probability | None = None
    confirmed: tuple[Confirmed, ...] = ()
    shapes: tuple[Shaped, ...] = ()
    key_pictures: tuple[KeyPicture, ...] = ()
    keyframes: Annotated[tuple[Keyframe, ...], Meta(min_length=1)]


class DoubtRecord(Value, frozen=True):
    """A place without a mask at which somebody may be visible.

    Attributes:
        chance: probability that it is that.
    """

    frame: Natural
    target: _LookedFor
    box: Box
    chance: Probability


def doubt_records(doubts: tuple[Doubt, ...]) -> tuple[DoubtRecord, ...]:
    return tuple(DoubtRecord(d.frame, d.target.word, d.box, d.chance) for d in doubts)


def doubts_of(records: tuple[DoubtRecord, ...], frames: int) -> tuple[Doubt, ...]:
    """Decode doubts. Raises ValueError if one lies outside the clip of `frames` frames, or its box
    is invalid."""
    for i, d in enumerate(records):
        if d.frame >= frames or not is_box(d.box):
            raise ValueError(f"$.doubts[{i}]: {list(d.box)} in frame {d.frame} is no place")
    return tuple(Doubt(d.frame, Target.from_word(d.target), d.box, d.chance) for d in records)


class BodyRecord(Value, frozen=True):
    """A person or vehicle within one shot, known and not hidden.

    Attributes:
        looks: frame, left, top, right, bottom (upright source pixels), score of each detection.
    """

    vehicle: bool
    looks: Annotated[
        tuple[tuple[Natural, int, int, int, int, Probability], ...], Meta(min_length=1)
    ]


def body_record(body: Body) -> BodyRecord:
    keys = ((k.frame, *(int(v) for v in k.box), k.score or 0.0) for k in body.keyframes)
    return BodyRecord(body.vehicle, tuple(keys))  # type: ignore[arg-type]


def bodies_of(records: tuple[BodyRecord, ...], frames: int) -> tuple[Body, ...]:
    """Decode bodies. Raises ValueError if a box is invalid, or frames are not ascending or lie
    outside the clip of `frames` frames."""
    found = []
    for i, record in enumerate(records):
        before = -1
        for frame, *box, _ in record.looks:
            if not before < frame < frames or not is_box(box):
                raise ValueError(f"$.bodies[{i}].looks: {box} in frame {frame} is no place")
            before = frame
        keys = (
            Keyframe(frame, Box(*map(float, box)), State.DETECTED, score)
            for frame, *box, score in record.looks
        )
        found.append(Body(record.vehicle, Keyframes(keys)))
    return tuple(found)


class SourceRecord(Value, frozen=True):
    """The video that the plan is for.

    Attributes:
        begin: of an excerpt: time of its first picture in the file; `pts` count from it.
    """

    name: str
    sha256: Sha256
    size: Natural
    width: Positive
    height: Positive
    time_base: _Rational
    pts: list[list[int]]
    begin: int | None = None


class PlanRecord(Value, frozen=True, kw_only=True):
    """The whole file. `docs/plan.schema.json` is generated from this class.

    Attributes:
        subjects: tracks that are one person, plate or thing, and what is decided about it; a track
            of none of them is hidden, and nobody has decided about it.
        muted: spans of sound that the output does not have.
        doubts: places without a mask at which somebody may be.
        texts: what can be read in the video; null: nobody read it.
        spoken: what is said in it; null: nobody transcribed it.
        bodies: people and vehicles that were seen; subjects name theirs from 1 on.
        mark: by which redact knows the user whose decisions these are; files only.
    """

    format: Annotated[str, Meta(pattern=f"^{PLAN_FORMAT}$")]
    format_version: Annotated[int, Meta(ge=PLAN_FORMAT_VERSION, le=PLAN_FORMAT_VERSION)]
    redact_version: str
    source: SourceRecord
    settings: SettingsRecord
    cuts: tuple[Natural, ...]
    unchecked: tuple[Natural, ...]
    subjects: tuple[Subject, ...] = ()
    muted: tuple[MutedSpan, ...] = ()
    review: ReviewState | None = None
    doubts: tuple[DoubtRecord, ...] = ()
    texts: tuple[FoundText, ...] | None = None
    spoken: tuple[SpokenLine, ...] | None = None
    bodies: tuple[BodyRecord, ...]
    tracks: tuple[TrackRecord, ...]
    mark: str | UnsetType = UNSET
