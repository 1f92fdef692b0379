"""Is a result there already, made from the same source in the same way?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .. import __version__
from ..errors import RedactError
from ..evidence import (
    CaseFields,
    EvidenceChoice,
    Manifest,
    case_part,
    check_output,
    library_versions,
    manifest_path,
    raw_public,
    read_manifest,
    sha256_of_bytes,
)
from ..media import sha256_of
from ..progress import Progress
from ..settings import Settings
from .held import HeldBack, held_back_for
from .settings import differences


class State(StrEnum):
    """What an earlier run left under the name of a result."""

    NOTHING = "nothing"
    DONE = "done"
    HELD_BACK = "held back"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is there.

    Attributes:
        state: done and held back: made from the same source, plan and settings, by this version.
        held: what was held back, where that is so.
        why: for `OTHER`, what differs, in words.
    """

    state: State
    held: HeldBack | None = None
    why: str = ""


def earlier_result(
    source: Path,
    final: Path,
    closed: Path,
    settings: Settings,
    evidence: EvidenceChoice,
    plan_file: Path | None,
    progress: Progress,
) -> Earlier:
    """What an earlier run left of this result. Reads only; hashes where all else is equal.

    Args:
        source, final, closed: original, name of the result, folder of what is held back.
        settings, evidence: what is wanted now.
        plan_file: plan that would be drawn, where one is there already.
        progress: told about hashing.
    """
    if final.exists():
        if not evidence.manifest or not manifest_path(final).exists():
            return Earlier(State.OTHER, why="it has no record that says how it was made")
        try:
            manifest = read_manifest(manifest_path(final))
            why = next(
                _unlike(manifest, source, final, settings, evidence, plan_file, progress), ""
            )
        except RedactError as error:
            why = error.message
        return Earlier(State.OTHER, why=why) if why else Earlier(State.DONE)
    held = held_back_for(final, closed)
    if held is None or _held_differs(held, source, settings, plan_file, progress):
        return Earlier(State.NOTHING)
    return Earlier(State.HELD_BACK, held)


def _unlike(
    manifest: Manifest,
    source: Path,
    final: Path,
    settings: Settings,
    evidence: EvidenceChoice,
    plan_file: Path | None,
    progress: Progress,
) -> Iterator[str]:
    """Reasons why a result is not the one that is wanted now, the cheapest first."""
    if manifest.source.size != source.stat().st_size:
        yield "it was made from another file"
    changed = differences(manifest.run.settings, settings)
    if changed:
        yield f"it was made with other settings ({', '.join(changed)})"
    if manifest.tool.redact != __version__ or manifest.tool.libraries != library_versions():
        yield "it was made by another version of redact or its libraries"
    signer = "" if evidence.credentials is None else evidence.credentials.sha256
    if manifest.output.credentials != signer:
        yield "its content credentials are others"
    if manifest.case != case_part(evidence.case or CaseFields()):
        yield "its record says something else about the case"
    if plan_file is not None and _hash(plan_file) not in ("", manifest.run.plan_sha256):
        yield f"{plan_file.name} was changed since, or belongs to something else"
    if manifest.source.sha256_before != sha256_of(source, progress):
        yield "it was made from another file"
    key = None if evidence.key is None else raw_public(evidence.key.public_key())
    record = check_output(final, log=evidence.log, key=key)
    if not record.holds:
        yield record.summary


def _hash(path: Path) -> str:
    """SHA-256 of a small file, "" if there is none."""
    try:
        return sha256_of_bytes(path.read_bytes())
    except OSError:
        return ""


def _held_differs(
    held: HeldBack, source: Path, settings: Settings, plan_file: Path | None, progress: Progress
) -> bool:
    plan = plan_file if plan_file is not None and plan_file.exists() else Path(held.plan)
    if held.redact != __version__ or differences(held.settings, settings) or not plan.exists():
        return True
    if _hash(plan) != held.plan_sha256:
        return True
    return held.source_sha256 != sha256_of(source, progress)
