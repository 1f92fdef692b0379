"""Is a result there already, made from the same source in the same way? By the record and the plan
that lie beside it, and the settings that the record holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from .. import __version__
from ..detection import Detector
from ..errors import PlanError, RedactError
from ..media import SourceInfo, sha256_of
from ..plan import read_plan
from ..progress import Progress
from ..record import (
    CaseFields,
    EvidenceChoice,
    Manifest,
    case_part,
    check_output,
    library_versions,
    manifest_path,
    raw_public,
    read_manifest,
    settings_as_json,
    sha256_of_bytes,
)
from ..settings import (
    Audio,
    Caution,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Settings,
    Style,
)
from ..types import Box, Scope, Target
from .delivery import review_plan
from .held import HeldBack, held_back_for
from .search import who_looks


def settings_from_json(value: Mapping[str, Any], where: str) -> Settings:
    """Inverse of `settings_as_json`. Raises PlanError that names `where`."""
    try:
        detect, render, encode = value["detect"], value["render"], value["encode"]
        red, green, blue = render["colour"]
        return Settings(
            DetectSettings(
                tuple(Target.from_word(word) for word in detect["targets"]),
                Sensitivity(detect["sensitivity"]),
                bool(detect.get("centerface", True)),
                str(detect.get("detector", "")),
                caution=Caution(detect.get("caution", Caution.NORMAL)),
                scope=_scope(detect.get("scope", {})),
            ),
            RenderSettings(
                Style(render["style"]),
                float(render["margin"]),
                (int(red), int(green), int(blue)),
                str(render["label"]),
                notice=str(render.get("notice", "")),
            ),
            EncodeSettings(
                str(encode["codec"]), encode["crf"], encode["preset"], Audio(encode["audio"])
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(
            f"{where}: the settings in it are not readable ({error})", "Run 'redact run' again."
        ) from error


def _scope(value: Mapping[str, Any]) -> Scope:
    return Scope(
        tuple((float(a), float(b)) for a, b in value.get("between", ())),
        tuple(Box(*map(float, area)) for area in value.get("ignored", ())),
        tuple(Box(*map(float, area)) for area in value.get("only", ())),
    )


def differences(before: Mapping[str, Any], now: Settings) -> list[str]:
    """Names of settings that differ from those on record, for example "style"."""
    then, today = _flat(before), _flat(json.loads(json.dumps(settings_as_json(now))))
    names = sorted(key for key in then.keys() | today.keys() if then.get(key) != today.get(key))
    return [name.rpartition(".")[2] for name in names]


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat


def record_beside(output: Path) -> Manifest | None:
    """The manifest beside an output, None if there is none or it cannot be read."""
    try:
        return read_manifest(manifest_path(output))
    except PlanError:
        return None


def plan_beside(output: Path, record: Manifest) -> Path | None:
    """The plan that the record names by its hash, if it lies beside the output."""
    path = review_plan(output)
    try:
        found = sha256_of_bytes(path.read_bytes())
    except OSError:
        return None
    return path if found == record.run.plan_sha256 else None


def has_credentials(record: Manifest | None) -> bool:
    """Whether the output must hold content credentials: only a record may say so."""
    return record is not None and bool(record.output.credentials)


def margin_of(record: Manifest | None) -> float:
    """Margin that the masks were drawn with, as far as it is known."""
    usual = RenderSettings().margin
    if record is None:
        return usual
    render = record.run.settings.get("render")
    margin = render.get("margin") if isinstance(render, dict) else None
    return float(margin) if isinstance(margin, (int, float)) else usual


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made now; an earlier result is left only if it was made from all of this.

    Attributes:
        info: of the original.
        settings, evidence: of the run.
        plan_file: plan that would be drawn, where one is there already; None: none is kept.
        detector: looks instead of what the settings say; None: none does.
    """

    info: SourceInfo
    settings: Settings
    evidence: EvidenceChoice
    plan_file: Path | None
    detector: Detector | None = None

    @property
    def who_looks(self) -> tuple[tuple[str, str], ...]:
        """See `redact.pipeline.who_looks`; the settings do not say it."""
        return who_looks(self.info, self.settings.detect, self.detector)


def earlier_result(wanted: Wanted, final: Path, closed: Path, progress: Progress) -> Earlier:
    """What an earlier run left of this result. Reads only; hashes where all else is equal.

    Args:
        wanted: now.
        final, closed: name of the result, folder of what is held back.
        progress: told about hashing.

    Raises:
        UsageError, DependencyError: a result was held back, and the detector that the settings name
            cannot be loaded.
    """
    if final.exists():
        if not wanted.evidence.manifest or not manifest_path(final).exists():
            return Earlier(State.OTHER, why="it has no record that says how it was made")
        try:
            manifest = read_manifest(manifest_path(final))
            why = next(_unlike(manifest, wanted, final, progress), "")
        except RedactError as error:
            why = error.message
        return Earlier(State.OTHER, why=why) if why else Earlier(State.DONE)
    held = held_back_for(final, closed)
    if held is None or _held_differs(held, wanted, progress):
        return Earlier(State.NOTHING)
    return Earlier(State.HELD_BACK, held)


def _unlike(manifest: Manifest, wanted: Wanted, final: Path, progress: Progress) -> Iterator[str]:
    """Reasons why a result is not the one that is wanted now, the cheapest first."""
    source, evidence, plan_file = wanted.info.path, wanted.evidence, wanted.plan_file
    if manifest.source.size != source.stat().st_size:
        yield "it was made from another file"
    changed = differences(manifest.run.settings, wanted.settings)
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
    looked = tuple((m.name, m.sha256) for m in manifest.tool.models if m.role == "detect")
    if looked != wanted.who_looks:
        yield "another detector looked, or one with other weights"
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


def _held_differs(held: HeldBack, wanted: Wanted, progress: Progress) -> bool:
    plan_file = wanted.plan_file
    path = plan_file if plan_file is not None and plan_file.exists() else Path(held.plan)
    if held.redact != __version__ or differences(held.settings, wanted.settings):
        return True
    if _hash(path) != held.plan_sha256:
        return True
    try:  # the note does not say who looked; the plan does
        if read_plan(path).settings.detectors != wanted.who_looks:
            return True
    except PlanError:
        return True
    return held.source_sha256 != sha256_of(wanted.info.path, progress)
