"""The manifest: the record that ties an output to its untouched original, with its large parts."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, field

from ..signature import PublicKeyHex
from .parts import (
    AuditPart,
    FileName,
    MessagePart,
    MutedPart,
    Natural,
    Part,
    ReviewPart,
    Sha256,
    TrackPart,
    Utc,
)


class SourcePart(Part):
    """The original. It was hashed before the run and again after the last frame."""

    name: FileName
    size: Natural
    sha256_before: Sha256
    sha256_after: Sha256
    container: str
    video_codec: str
    width: Natural
    height: Natural
    frames: Annotated[int, Meta(ge=0, description="pictures that were decoded")]
    seconds: Annotated[float, Meta(description="from the first picture to the last")]
    sound_tracks: Natural
    declared_frames: Annotated[
        Natural | None, Meta(description="as its headers say; null: they do not say")
    ] = None
    bytes_missing: Annotated[
        int, Meta(ge=0, description="at its end, as far as its headers tell")
    ] = 0


class OutputPart(Part):
    """The redacted file: a new file, with its own hash."""

    name: FileName
    size: Natural
    sha256: Sha256
    frames: Natural
    credentials: Annotated[
        str,
        Meta(
            pattern="^([0-9a-f]{64})?$",
            description="SHA-256 of the certificate that signed content credentials (C2PA) in it; "
            "empty: it has none",
        ),
    ] = ""


class ModelPart(Part):
    name: str
    sha256: str
    role: str


class ToolPart(Part):
    """What ran. Versions are those of the modules that were loaded."""

    redact: str
    python: str
    platform: Annotated[str, Meta(description="operating system and processor family, no host")]
    libraries: dict[str, str]
    models: tuple[ModelPart, ...]
    device: Annotated[str, Meta(description="what the networks ran on: cpu, or an accelerator")] = (
        "cpu"
    )


class StepPart(Part):
    name: str
    detail: tuple[MessagePart, ...]
    seconds: float


class RunPart(Part):
    """How the output was made."""

    command: Annotated[tuple[str, ...], Meta(description="as typed, folders removed")]
    settings: dict[str, Any]
    plan_sha256: Sha256
    started: Utc
    finished: Utc
    steps: tuple[StepPart, ...]
    stretches: Annotated[
        int, Meta(ge=0, description="of the source, each from one key frame to the next")
    ] = 0
    stretches_untouched: Annotated[
        int, Meta(ge=0, description="those of them in which nothing is hidden")
    ] = 0


class CodePart(Part):
    """What a reason code means, and the statutory basis that it rests on."""

    text: str = ""
    basis: str = ""


class CasePart(Part):
    """What a person said about the case."""

    case: str = ""
    exhibit: str = ""
    operator: str = ""
    reviewer: str = ""
    recipient: str = ""
    purpose: str = ""
    legal_basis: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    codes: dict[str, CodePart] = field(default_factory=dict)


class LimitPart(Part):
    """Something that was not checked or not changed."""

    code: str
    detail: str = ""


class RemovedPart(Part):
    """Something in the source that is not in the output."""

    stream: Annotated[Natural | None, Meta(description="null: of the file as a whole")]
    kind: str
    what: Annotated[
        MessagePart | None, Meta(description="never the content of what was removed")
    ] = None


class LogAnchor(Part):
    """How far the custody log had come when the manifest was written."""

    entries: Natural
    head: Sha256


FORMAT = "redact-manifest"
FORMAT_VERSION = 2
"""2: findings, checks, steps, warnings and notes are codes with values. 1 held English words."""


class Manifest(Part):
    """The whole file."""

    format: Annotated[str, Meta(pattern=f"^{FORMAT}$")]
    format_version: Annotated[int, Meta(ge=1, le=FORMAT_VERSION)]
    source: SourcePart
    output: OutputPart
    case: CasePart
    run: RunPart
    tool: ToolPart
    tracks: tuple[TrackPart, ...]
    audit: Annotated[AuditPart | None, Meta(description="null: no audit ran")]
    damaged_frames: tuple[Natural, ...]
    warnings: tuple[MessagePart, ...]
    notes: tuple[MessagePart, ...]
    removed: Annotated[
        tuple[RemovedPart, ...], Meta(description="in the source, not in the output")
    ]
    not_checked: tuple[LimitPart, ...]
    custody_log: LogAnchor | None
    findings_accepted: Annotated[
        str, Meta(description="reason for publishing in spite of the audit's findings")
    ] = ""
    muted: list[MutedPart] = field(default_factory=list)
    signed_by: PublicKeyHex = ""
    review: Annotated[ReviewPart | None, Meta(description="null: nobody reviewed on the page")] = (
        None
    )
