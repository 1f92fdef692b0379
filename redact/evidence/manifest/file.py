"""Manifests as files: schema, reading with validation, writing.

`docs/manifest.schema.json` is generated from the classes here by `manifest_schema`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from ...errors import PlanError
from ...files import write_whole
from .version1 import from_version_1
from .whole import Manifest

SUFFIX = ".manifest.json"


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
        value = msgspec.json.decode(data)
        if isinstance(value, dict) and value.get("format_version") == 1:
            value = from_version_1(value)
        manifest = msgspec.convert(value, Manifest)
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ) as error:
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
