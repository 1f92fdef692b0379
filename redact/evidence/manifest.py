"""The manifest: the record that ties an output to its untouched original, as a value and a file.

`docs/manifest.schema.json` is generated from these classes by `manifest_schema`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ..errors import PlanError
from ..files import write_whole
from ..types import Action, Origin

FORMAT = "redact-manifest"
FORMAT_VERSION = 1
SUFFIX = ".manifest.json"

Natural = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Seconds = Annotated[float, Meta(description="seconds")]
Utc = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
        description="UTC, ISO 8601",
    ),
]
FileName = Annotated[str, Meta(pattern=r"^[^/\\]+$", description="file name without folders")]
TargetWord = Annotated[str, Meta(pattern="^(face|plate|region)$")]
Certainty = Annotated[
    str,
    Meta(
        pattern="^(seen|bridged|held|manual)$",
        description="seen: detected or followed in the frame itself; bridged: between or just "
        "outside frames in which it was seen; held: in or next to a damaged frame; manual: "
        "drawn by a person",
    ),
]


class _Part(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class SourcePart(_Part):
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


class OutputPart(_Part):
    """The redacted file: a new file, with its own hash."""

    name: FileName
    size: Natural
    sha256: Sha256
    frames: Natural


class ModelPart(_Part):
    name: str
    sha256: str
    role: str


class ToolPart(_Part):
    """What ran. Versions are those of the modules that were loaded."""

    redact: str
    python: str
    platform: Annotated[str, Meta(description="operating system and processor family, no host")]
    libraries: dict[str, str]
    models: tuple[ModelPart, ...]


class StepPart(_Part):
    name: str
    detail: str
    seconds: float


class RunPart(_Part):
    """How the output was made."""

    command: Annotated[tuple[str, ...], Meta(description="as typed, folders removed")]
    settings: dict[str, Any]
    plan_sha256: Sha256
    started: Utc
    finished: Utc
    steps: tuple[StepPart, ...]


class SpanPart(_Part):
    """Frames in a row that have one certainty; both ends are included."""

    certainty: Certainty
    first: Natural
    last: Natural


class TrackPart(_Part):
    """One object and what was done with it. Times count from the first picture."""

    track: Annotated[int, Meta(ge=1)]
    target: TargetWord
    action: Action
    origin: Origin
    method: Annotated[
        str, Meta(description="style of the mask; none where nothing of the track is hidden")
    ]
    found_by: tuple[str, ...]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: decided by the program's rule")]
    first_frame: Natural
    last_frame: Natural
    first_seconds: Seconds
    last_seconds: Seconds
    frames_per_state: dict[str, int]
    spans: tuple[SpanPart, ...]
    score: Annotated[
        float | None,
        Meta(
            description="how surely it is what it seems, 0 to 1: the certainty of the plan, else "
            "the best score of a detector; null: neither is known"
        ),
    ] = None
    shown: Annotated[
        tuple[tuple[Natural, Natural], ...] | None,
        Meta(
            description="first and last frame of each span in which it is visible by decision; in "
            "all its other frames it is hidden. null, in older records: in all if it is kept"
        ),
    ] = None


class CasePart(_Part):
    """What a person said about the case."""

    case: str = ""
    exhibit: str = ""
    operator: str = ""
    reviewer: str = ""
    recipient: str = ""
    purpose: str = ""
    legal_basis: str = ""
    reasons: dict[str, str] = {}


class LimitPart(_Part):
    """Something that was not checked or not changed."""

    code: str
    detail: str = ""


class LogAnchor(_Part):
    """How far the custody log had come when the manifest was written."""

    entries: Natural
    head: Sha256


class MutedPart(_Part):
    """A span of sound that the output does not have. Times count from the first picture."""

    start_seconds: Seconds
    end_seconds: Seconds
    how: Annotated[str, Meta(pattern="^(mute|tone)$")]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: not stated")]


class SeenPart(_Part):
    """Frames that were shown in one view at one speed; first and last of each stretch."""

    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[
        str,
        Meta(
            pattern="^(still|normal|fast)$",
            description="still: stood on, or stepped to; normal: played at 1x at most; fast",
        ),
    ]
    frames: tuple[tuple[Natural, Natural], ...]


class SeenSubjectPart(_Part):
    """Frames that were shown while a subject, known by one of its tracks, was chosen."""

    track: Annotated[int, Meta(ge=1)]
    frames: tuple[tuple[Natural, Natural], ...]


class AnswerPart(_Part):
    """A finding of an earlier audit, and what a person said about it."""

    kind: str
    target: TargetWord
    first_frame: Natural
    last_frame: Natural
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")]
    reason: str


class ReviewPart(_Part):
    """What a person looked at in 'redact review' before the run. Shown is not the same as seen:
    the page knows what was on the screen, not where anybody looked."""

    reviewer: str
    frames: Natural
    frames_seen: Annotated[int, Meta(ge=0, description="shown, but for those that only flew by")]
    findings: Natural
    findings_answered: Natural
    seen: tuple[SeenPart, ...]
    subjects: tuple[SeenSubjectPart, ...]
    answers: tuple[AnswerPart, ...]


class Manifest(_Part):
    """The whole file."""

    format: Annotated[str, Meta(pattern=f"^{FORMAT}$")]
    format_version: Annotated[int, Meta(ge=1, le=FORMAT_VERSION)]
    source: SourcePart
    output: OutputPart
    case: CasePart
    run: RunPart
    tool: ToolPart
    tracks: tuple[TrackPart, ...]
    audit: Annotated[dict[str, Any] | None, Meta(description="null: no audit ran")]
    damaged_frames: tuple[Natural, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    removed: Annotated[tuple[str, ...], Meta(description="in the source, not in the output")]
    not_checked: tuple[LimitPart, ...]
    custody_log: LogAnchor | None
    findings_accepted: Annotated[
        str, Meta(description="reason for publishing in spite of the audit's findings")
    ] = ""
    muted: list[MutedPart] = []
    review: Annotated[ReviewPart | None, Meta(description="null: nobody reviewed on the page")] = (
        None
    )


def manifest_schema() -> dict[str, Any]:
    """JSON schema of a manifest file."""
    schema = msgspec.json.schema(Manifest)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def manifest_path(output: Path) -> Path:
    """Where the manifest of `output` stands: beside it, under its full name."""
    return output.with_name(output.name + SUFFIX)


def dump_manifest(manifest: Manifest) -> bytes:
    """The bytes that are written, hashed and signed: the same value gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2) + (
        b"\n"
    )


def write_manifest(manifest: Manifest, path: Path, *, force: bool = False) -> None:
    """Write by atomic replacement; refuses to overwrite without `force`.

    Raises:
        OutputExistsError, OutputError: nothing was written.
    """
    write_whole(path, dump_manifest(manifest), force=force)


def read_manifest(path: Path) -> Manifest:
    """Read and validate a manifest.

    Raises:
        PlanError: the file cannot be read, is not JSON, or a field is missing, unknown, of the
            wrong type or out of range; the message names the file and the field.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlanError(
            f"{path}: cannot read the manifest ({error.strerror or error})",
            "The manifest stands beside the output and is made by 'redact run'.",
        ) from None
    except ValueError as error:
        raise PlanError(f"{path!r}: {error}", "Check the path.") from None
    return parse_manifest(data, str(path))


def parse_manifest(data: bytes, name: str) -> Manifest:
    """Like `read_manifest`, from memory; `name` stands for the file in messages."""
    hint = "The manifest was damaged or edited; take the original one."
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{name}: {error}", hint) from None
    problem = _contradiction(manifest)
    if problem:
        raise PlanError(f"{name}: {problem}", hint)
    return manifest


def _contradiction(manifest: Manifest) -> str:
    """What no single field shows: values that cannot be true together. "" if there is none."""
    ids = [track.track for track in manifest.tracks]
    if len(set(ids)) != len(ids):
        return "$.tracks: two tracks have the same number"
    frames = manifest.source.frames
    for i, track in enumerate(manifest.tracks):
        if not track.first_frame <= track.last_frame < frames:
            return f"$.tracks[{i}].last_frame: {track.last_frame} is not within the clip"
        if not (math.isfinite(track.first_seconds) and math.isfinite(track.last_seconds)):
            return f"$.tracks[{i}].first_seconds: is not a time"
        for k, span in enumerate(track.spans):
            if not span.first <= span.last < frames:
                return f"$.tracks[{i}].spans[{k}].last: {span.last} is not within the clip"
    return ""


__all__ = [
    "AnswerPart",
    "CasePart",
    "LimitPart",
    "LogAnchor",
    "Manifest",
    "ModelPart",
    "MutedPart",
    "OutputPart",
    "ReviewPart",
    "RunPart",
    "SeenPart",
    "SeenSubjectPart",
    "SourcePart",
    "SpanPart",
    "StepPart",
    "ToolPart",
    "TrackPart",
    "dump_manifest",
    "manifest_path",
    "manifest_schema",
    "parse_manifest",
    "read_manifest",
    "write_manifest",
]
