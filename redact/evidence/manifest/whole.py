"""The manifest: the record that ties an output to its untouched original."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from ..signature import PublicKeyHex
from .audit import AuditPart
from .fields import MessagePart, Natural, Part
from .review import MutedPart, ReviewPart
from .run import (
    CasePart,
    LimitPart,
    LogAnchor,
    OutputPart,
    RemovedPart,
    RunPart,
    SourcePart,
    ToolPart,
)
from .tracks import TrackPart

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
