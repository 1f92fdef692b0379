"""The part of a plan file that says how its tracks were found; checked as strictly as the rest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ..settings import Caution, Sensitivity
from ..types import EVERYWHERE, SEARCHED, Box, Scope, Target, pattern_of
from .plan import DetectionSettings

_LookedFor = Annotated[str, Meta(pattern=pattern_of(SEARCHED))]
_Corners = tuple[float, float, float, float]
_Spans = Annotated[
    list[tuple[float, float]],
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


class _File(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class DetectorRecord(_File):
    name: str
    sha256: str


class ScopeRecord(_File):
    """What a user did not want looked for. It is visible, and the audit does not look there."""

    between: _Spans = []
    ignored: _Ignored = []
    only: _Only = []


class SettingsRecord(_File):
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
    detector: str = ""
    caution: Caution = Caution.NORMAL
    scope: ScopeRecord | None = None


def settings_record(settings: DetectionSettings) -> SettingsRecord:
    scope = settings.scope
    return SettingsRecord(
        targets=[t.word for t in settings.targets],
        sensitivity=settings.sensitivity,
        detectors=[DetectorRecord(name=n, sha256=s) for n, s in settings.detectors],
        frames_looked_at=settings.frames_looked_at,
        centerface=settings.centerface,
        detector=settings.detector,
        caution=settings.caution,
        scope=None
        if scope.everything
        else ScopeRecord(list(scope.between), list(scope.ignored), list(scope.only)),
    )


def settings_of(record: SettingsRecord, frames: int) -> DetectionSettings:
    """Inverse of `settings_record`, of a clip of so many frames. Raises ValueError."""
    if (record.frames_looked_at or 0) > frames:
        raise ValueError(
            f"$.settings.frames_looked_at: {record.frames_looked_at} are more than the "
            f"{frames} frames of the clip"
        )
    return DetectionSettings(
        tuple(Target.from_word(t) for t in record.targets),
        record.sensitivity,
        tuple((d.name, d.sha256) for d in record.detectors),
        record.frames_looked_at,
        record.centerface,
        record.detector,
        caution=record.caution,
        scope=EVERYWHERE if record.scope is None else _scope_of(record.scope),
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
