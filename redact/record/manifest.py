"""The manifest: the record that ties an output to its untouched original, as a value and a file.

`docs/manifest.schema.json` is generated from these classes and those of `manifest_parts`. Files are
read with validation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from ..errors import PlanError
from ..files import RECORD, read_file, side_file
from ..plan import Census, counted
from ..types import Natural, Sha256, Utc
from ..words import problem, reason_of
from .case import CaseFields
from .manifest_parts import (
    AuditPart,
    ExcerptPart,
    FileName,
    LimitPart,
    LogAnchor,
    MessagePart,
    ModelPart,
    MutedPart,
    OpenPart,
    Part,
    RemovedPart,
    ReviewPart,
    Seconds,
    SoundPart,
    StepPart,
    SubjectPart,
    TrackPart,
    WithheldPart,
)
from .signature import PublicKeyHex
from .withheld import kind_of


class SourcePart(Part):
    """The original. It was hashed before the run and again after the last frame.

    Attributes:
        frames: pictures that were decoded.
        seconds: from the first picture to the last.
        declared_frames: as its headers say, or, where they do not and some were lost, as many as
            its packets hold; null: nothing is known of any.
        cut_frames: of the declared ones, those that its edit list cuts off.
        bytes_missing: at its end, as far as its headers tell.
        torn: parts of it could not be read: pictures or sound may be missing.
        video_stream: the one that is redacted, from 0.
        first_seconds: time of the first picture, on the clock of the source.
        sound: length of each sound track.
        excerpt: null: all of it; otherwise frames and times are those of this part.
    """

    name: FileName
    size: Natural
    sha256_before: Sha256
    sha256_after: Sha256
    container: str
    video_codec: str
    width: Natural
    height: Natural
    frames: Natural
    seconds: Seconds
    sound_tracks: Natural
    declared_frames: Natural | None
    cut_frames: Natural
    bytes_missing: Annotated[int, Meta(ge=0)]
    torn: bool
    video_stream: Natural
    first_seconds: Seconds = 0.0
    sound: tuple[SoundPart, ...] = ()
    excerpt: ExcerptPart | None = None


class OutputPart(Part):
    """The redacted file: a new file, with its own hash.

    Attributes:
        credentials: empty; in records of 0.1.0, SHA-256 of the certificate that signed content
            credentials (C2PA) in it.
    """

    name: FileName
    size: Natural
    sha256: Sha256
    frames: Natural
    credentials: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""


class ToolPart(Part):
    """What ran. Versions are those of the modules that were loaded.

    Attributes:
        platform: operating system and processor family, no host.
        device: what the networks ran on: cpu, or an accelerator.
    """

    redact: str
    python: str
    platform: str
    libraries: dict[str, str]
    models: tuple[ModelPart, ...]
    device: str = "cpu"


class RunPart(Part):
    """How the output was made.

    Attributes:
        command: as typed, folders removed.
        decisions_sha256: of all in the plan that the output was made of, not of what was looked at
            besides.
    """

    command: tuple[str, ...]
    settings: dict[str, Any]
    plan_sha256: Sha256
    decisions_sha256: Sha256
    started: Utc
    finished: Utc
    steps: tuple[StepPart, ...]


MANIFEST_FORMAT = "redact-manifest"
MANIFEST_FORMAT_VERSION = 1


class Manifest(Part):
    """The whole file.

    Attributes:
        audit: null: no audit ran.
        removed: in the source, not in the output.
        findings_accepted: reason for publishing in spite of the audit's findings.
        review: null: nobody reviewed on the page.
        subjects: people and vehicles, in order of their first tracks.
        withheld: most pictures first; empty: an older version's.
        may_be_open: places where somebody may be visible, the most probable first.
    """

    format: Annotated[str, Meta(pattern=f"^{MANIFEST_FORMAT}$")]
    format_version: Annotated[int, Meta(ge=1, le=MANIFEST_FORMAT_VERSION)]
    source: SourcePart
    output: OutputPart
    case: CaseFields
    run: RunPart
    tool: ToolPart
    tracks: tuple[TrackPart, ...]
    audit: AuditPart | None
    damaged_frames: tuple[Natural, ...]
    warnings: tuple[MessagePart, ...]
    notes: tuple[MessagePart, ...]
    removed: tuple[RemovedPart, ...]
    not_checked: tuple[LimitPart, ...]
    custody_log: LogAnchor | None
    findings_accepted: str = ""
    muted: list[MutedPart] = field(default_factory=list)
    signed_by: PublicKeyHex = ""
    review: ReviewPart | None = None
    subjects: list[SubjectPart] = field(default_factory=list)
    withheld: list[WithheldPart] = field(default_factory=list)
    may_be_open: tuple[OpenPart, ...] = ()

    @property
    def cut(self) -> tuple[float, float] | None:
        """Start and end of the excerpt that was made, in seconds after the first picture of the
        original; None if it was made of all."""
        part = self.source.excerpt
        return None if part is None else (part.from_seconds, part.to_seconds)


def census_of(manifest: Manifest) -> Census:
    """The census of what a run hid and showed; see `redact.plan.census`."""
    firsts = (track for track in manifest.tracks if track.subject is None)
    return counted((kind_of(track, manifest.subjects), track.action) for track in firsts)


_BEFORE = ".manifest.json"
"""What followed the name of an output, when the record lay beside it."""


def manifest_path(output: Path) -> Path:
    """Path of the manifest of `output`, in its folder; that of an older version of redact, which
    wrote it beside the output, where there is no other."""
    path = side_file(output, RECORD)
    before = output.with_name(output.name + _BEFORE)
    return before if before.is_file() and not path.exists() else path


def dump_manifest(manifest: Manifest) -> bytes:
    """The bytes that are written, hashed and signed: the same value gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2) + (
        b"\n"
    )


def read_manifest(path: Path) -> Manifest:
    """Read and validate a manifest.

    Raises:
        PlanError: the file cannot be read, is not JSON, or a field is missing, unknown, of the
            wrong type or out of range; the message names the file and the field.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise problem(PlanError, "manifest_unread", path=path, reason=reason_of(error)) from None
    except ValueError as error:
        raise problem(PlanError, "manifest_path", path=path, error=error) from None
    return parse_manifest(data, str(path))


def parse_manifest(data: bytes, name: str) -> Manifest:
    """Like `read_manifest`, from memory; `name` stands for the file in messages."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "manifest_malformed", name=name, error=error) from None
    wrong = _contradiction(manifest)
    if wrong:
        raise problem(PlanError, "manifest_malformed", name=name, error=wrong)
    return manifest


def _contradiction(manifest: Manifest) -> str:
    """An error that no single field shows: values that cannot be true together. "" if none."""
    ids = [track.track for track in manifest.tracks]
    if len(set(ids)) != len(ids):
        return "$.tracks: two tracks have the same number"
    frames = manifest.source.frames
    for i, track in enumerate(manifest.tracks):
        if not track.first_frame <= track.last_frame < frames:
            return f"$.tracks[{i}].last_frame: {track.last_frame} is not within the clip"
        for k, span in enumerate(track.spans):
            if not span.first <= span.last < frames:
                return f"$.tracks[{i}].spans[{k}].last: {span.last} is not within the clip"
        before = -1
        for k, (first, last) in enumerate(track.shown):
            if not before < first <= last < frames:
                return f"$.tracks[{i}].shown[{k}]: {first} to {last} is out of order or of the clip"
            before = last
    return ""
