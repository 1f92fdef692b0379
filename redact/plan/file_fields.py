"""What stands in a plan file, field by field; `docs/plan.schema.json` is made from this."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ..types import Action, Origin, State, Target, pattern_of
from .review_file import MutedRecord, ReviewRecord, SubjectRecord
from .settings_file import SettingsRecord

FORMAT = "redact-plan"
FORMAT_VERSION = 2
"""2 added what may be there: a track's `certainty`, and what a review writes. Files of version 1
are read."""

_Natural = Annotated[int, Meta(ge=0)]
_Positive = Annotated[int, Meta(ge=1)]
_Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_TargetWord = Annotated[str, Meta(pattern=pattern_of(tuple(Target)))]
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
