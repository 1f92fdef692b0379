"""Plans as JSON files: strict to read, stable to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ..errors import PlanError
from ..files import write_whole
from ..settings import Sensitivity
from ..types import Action, Box, Keyframe, Origin, State, Target, Timeline, Track
from .plan import DetectionSettings, Plan, SourceRef
from .review_file import (
    MutedRecord,
    ReviewRecord,
    SubjectRecord,
    muted_of,
    muted_records,
    review_of,
    review_record,
    subject_records,
    subjects_of,
)
from .wrong_file import HEAD, what_else

FORMAT = "redact-plan"
FORMAT_VERSION = 2
"""2 added what may be there: a track's `certainty`, and what a review writes. Files of version 1
are read."""

_Natural = Annotated[int, Meta(ge=0)]
_Positive = Annotated[int, Meta(ge=1)]
_Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_TargetWord = Annotated[str, Meta(pattern="^(face|plate|region)$")]
_LookedFor = Annotated[str, Meta(pattern="^(face|plate)$")]
_Rational = Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}/[1-9][0-9]{0,18}$")]


class _File(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class KeyframeRecord(_File, omit_defaults=True):
    frame: _Natural
    box: tuple[float, float, float, float]
    state: State
    score: Annotated[float, Meta(ge=0, le=1)] | None = None


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
    keyframes: Annotated[list[KeyframeRecord], Meta(min_length=1)]


class SourceRecord(_File):
    name: str
    sha256: _Sha256
    size: _Natural
    width: _Positive
    height: _Positive
    time_base: _Rational
    pts: list[list[int]]


class DetectorRecord(_File):
    name: str
    sha256: str


class SettingsRecord(_File, omit_defaults=True):
    targets: Annotated[
        list[_LookedFor],
        Meta(min_length=1, description="what was looked for, and what the audit looks for"),
    ]
    sensitivity: Sensitivity
    detectors: list[DetectorRecord]
    frames_looked_at: (
        Annotated[
            int, Meta(ge=0, description="by the detectors; in others, what was seen is followed")
        ]
        | None
    ) = None
    centerface: bool = True


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


def read_plan(path: Path) -> Plan:
    """Read and validate a plan.

    Raises:
        PlanError: the file cannot be read, is not JSON, or a field is missing, unknown, of the
            wrong type or out of range; the message names the file and the field.
    """
    try:
        with path.open("rb") as file:
            data = file.read(HEAD)
            if not what_else(data, path.name):  # else it could be gigabytes of video
                data += file.read()
    except OSError as error:
        raise PlanError(
            f"{path}: cannot read the plan ({error.strerror or error})", "Check the path."
        ) from error
    return parse_plan(data, str(path))


def parse_plan(data: bytes, name: str) -> Plan:
    """Like `read_plan`, from memory; `name` stands for the file in messages."""
    other = what_else(data[:HEAD], name)
    if other:
        raise PlanError(
            f"{name}: {other}",
            "Give the file that 'redact detect' wrote; beside a video, the order is SOURCE PLAN.",
        )
    hint = "Repair that field, or make the plan anew with 'redact detect'."
    try:
        record = msgspec.json.decode(data, type=PlanRecord)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{name}: {error}", hint) from error
    try:
        return _plan_of(record)
    except ValueError as error:
        raise PlanError(f"{name}: {error}", hint) from error


def write_plan(plan: Plan, path: Path, *, force: bool = False, never: Iterable[Path] = ()) -> None:
    """Write a plan in a stable layout, one keyframe a line, whole or not at all.

    Args:
        plan, path: what, and where.
        force, never: see `redact.files.OutputFile`.

    Raises:
        OutputExistsError, OutputError: nothing was written.
    """
    write_whole(path, dump_plan(plan), force=force, never=never)


Dumped = dict[int, tuple[Track, bytes]]
"""Tracks by the identity of the object, with their lines in the file."""


def dump_plan(plan: Plan, known: Dumped | None = None) -> bytes:
    """The bytes that `write_plan` writes: the same plan always gives the same bytes.

    Args:
        plan: to write.
        known: tracks that were dumped before are taken from here, and others added; those that
            the plan does not have any more are dropped. For whoever saves after every change.
    """
    record = _record_of(replace(plan, tracks=()))
    head = msgspec.json.format(msgspec.json.encode(record), indent=1)
    before = known or {}
    lines = {id(t): before.get(id(t)) or (t, _dump_track(_track_record(t))) for t in plan.tracks}
    body = b",\n".join(lines[id(t)][1] for t in plan.tracks)
    if known is not None:
        known.clear()
        known.update(lines)
    assert head.endswith(b'"tracks": []\n}')
    return head[: -len(b"[]\n}")] + b"[" + (b"\n" + body + b"\n " if body else b"") + b"]\n}\n"


def _dump_track(track: TrackRecord) -> bytes:
    keyframes, track.keyframes = track.keyframes, []
    head = msgspec.json.encode(track)
    lines = b",\n    ".join(msgspec.json.encode(k) for k in keyframes)
    return b"  " + head[: -len(b"[]}")] + b"[\n    " + lines + b"]}"


def _record_of(plan: Plan) -> PlanRecord:
    source = plan.source
    return PlanRecord(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        redact_version=plan.version,
        source=SourceRecord(
            name=source.name,
            sha256=source.sha256,
            size=source.size,
            width=source.width,
            height=source.height,
            time_base=f"{source.timeline.time_base.numerator}/{source.timeline.time_base.denominator}",
            pts=source.timeline.to_runs(),
        ),
        settings=SettingsRecord(
            targets=[t.word for t in plan.settings.targets],
            sensitivity=plan.settings.sensitivity,
            detectors=[DetectorRecord(name=n, sha256=s) for n, s in plan.settings.detectors],
            frames_looked_at=plan.settings.frames_looked_at,
            centerface=plan.settings.centerface,
        ),
        cuts=list(plan.cuts),
        unchecked=list(plan.unchecked),
        subjects=subject_records(plan.subjects),
        muted=muted_records(plan.muted),
        review=review_record(plan.review),
        tracks=[_track_record(t) for t in plan.tracks],
    )


def _track_record(track: Track) -> TrackRecord:
    return TrackRecord(
        id=track.id,
        target=track.target.word,
        action=track.action,
        origin=track.origin,
        reason=track.reason,
        decided_by=track.decided_by,
        certainty=track.certainty,
        keyframes=[
            KeyframeRecord(frame=k.frame, box=k.box, state=k.state, score=k.score)
            for k in track.keyframes
        ],
    )


def _plan_of(record: PlanRecord) -> Plan:
    source = record.source
    count = 1 + sum(run[1] for run in source.pts[1:] if len(run) == 2) if source.pts else 0
    # A forged count must not make us allocate without bound.
    if count > 100_000_000:
        raise ValueError(f"$.source.pts: {count} frames are more than any real clip has")
    try:
        timeline = Timeline.from_runs(Fraction(source.time_base), source.pts)
    except ValueError as error:
        raise ValueError(f"$.source.pts: {error}") from None
    _check_frames("$.cuts", record.cuts, len(timeline))
    _check_frames("$.unchecked", record.unchecked, len(timeline))
    if (record.settings.frames_looked_at or 0) > len(timeline):
        raise ValueError(
            f"$.settings.frames_looked_at: {record.settings.frames_looked_at} are more than the "
            f"{len(timeline)} frames of the clip"
        )
    reference = SourceRef(
        source.name, source.sha256, source.size, source.width, source.height, timeline
    )
    return Plan(
        source=reference,
        settings=DetectionSettings(
            tuple(Target.from_word(t) for t in record.settings.targets),
            record.settings.sensitivity,
            tuple((d.name, d.sha256) for d in record.settings.detectors),
            record.settings.frames_looked_at,
            record.settings.centerface,
        ),
        tracks=tuple(
            _track_of(t, i, reference, record.settings.targets) for i, t in enumerate(record.tracks)
        ),
        cuts=tuple(record.cuts),
        unchecked=tuple(record.unchecked),
        version=record.redact_version,
        subjects=subjects_of(record.subjects, frozenset(t.id for t in record.tracks)),
        muted=muted_of(record.muted),
        review=review_of(record.review, len(timeline)),
    )


def _check_frames(where: str, frames: list[int], count: int) -> None:
    if frames != sorted(set(frames)):
        raise ValueError(f"{where}: frames must rise strictly")
    if frames and frames[-1] >= count:
        raise ValueError(f"{where}: frame {frames[-1]} is past the last frame {count - 1}")


def _track_of(record: TrackRecord, number: int, source: SourceRef, looked_for: list[str]) -> Track:
    where, count = f"$.tracks[{number}]", len(source.timeline)
    for i, key in enumerate(record.keyframes):
        x1, y1, x2, y2 = key.box
        # Written so that NaN fails too: it compares false with everything.
        if not (x1 < x2 and y1 < y2 and max(map(abs, key.box)) < 1e6):
            raise ValueError(f"{where}.keyframes[{i}].box: {list(key.box)} is not a box")
        if key.frame >= count:
            raise ValueError(
                f"{where}.keyframes[{i}].frame: {key.frame} is past the last frame {count - 1}"
            )
    if record.origin is Origin.AUTO and record.target not in looked_for:
        raise ValueError(
            f"{where}.target: a detector found this {record.target}, but $.settings.targets says "
            "that none was looked for"
        )
    if not any(source.shows(Box(*key.box)) for key in record.keyframes):
        raise ValueError(
            f"{where}.keyframes: no box lies in the picture, {source.width}×{source.height} "
            "pixels, so the track would hide nothing"
        )
    try:
        return Track(
            id=record.id,
            target=Target.from_word(record.target),
            keyframes=tuple(
                Keyframe(k.frame, Box(*k.box), k.state, k.score) for k in record.keyframes
            ),
            action=record.action,
            origin=record.origin,
            reason=record.reason,
            decided_by=record.decided_by,
            certainty=record.certainty,
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
