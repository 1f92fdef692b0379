"""Reads the record and the plan beside a finished file, and the audit settings that they imply."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import msgspec

from .. import __version__
from ..auditing import AuditSettings
from ..errors import InputError, MismatchError, PlanError
from ..files import (
    RUN_NOTE,
    RunNote,
    folders_of,
    names_footage,
    read_file,
    result_of,
    run_note,
    source_of,
    text_as_path,
)
from ..plan import Plan, read_plan, without_mark
from ..record import (
    Manifest,
    decisions_sha256,
    manifest_path,
    read_manifest,
    sha256_of_bytes,
)
from ..settings import Audio, RenderSettings, Stamp
from ..words import problem
from .held_back import held_in, relative_to_here
from .order import plan_of


def record_beside(output: Path) -> Manifest | None:
    """The manifest beside an output; None if there is none or it cannot be read."""
    try:
        return read_manifest(manifest_path(output))
    except PlanError:
        return None


def result_named(name: Path) -> Path:
    """Path of the result that a name means: itself, unless it is an original, the folder of a
    result, or something in one. What was held back stands for a result that does not exist.

    Raises:
        InputError: several results were made from it.
    """
    if manifest_path(name).exists():
        return name
    folders = folders_of(name)
    if len(folders) > 1:
        results = "\n".join(str(result_of(folder, run_note(folder))) for folder in folders)
        raise problem(InputError, "several_results", name=name, results=results)
    if not folders:
        return name
    result = result_of(folders[0], run_note(folders[0]))
    held = held_in(folders[0])
    return result if result.exists() or held is None else relative_to_here(held.output)


def log_named(name: Path) -> Path:
    """Path of the custody log that a name means: itself, unless it is a video, a result or the
    folder of one that was entered in a log."""
    folders = folders_of(name) if names_footage(name) or name.is_dir() else []
    note = run_note(folders[0]) if len(folders) == 1 else None
    if note is None or not note.log:
        return name
    log = text_as_path(note.log)
    _refuse_foreign(folders[0], note, log)
    return log


def made_from(folder: Path) -> Path:
    """Path of the original of a folder of a result. Raises PlanError if nothing says it, and
    MismatchError if a stranger's note names one that lies elsewhere."""
    note = run_note(folder)
    if note is None:
        raise problem(PlanError, "no_run_note", path=folder)
    source = source_of(folder, note)
    _refuse_foreign(folder, note, source)
    return relative_to_here(source)


def _refuse_foreign(folder: Path, note: RunNote, other: Path) -> None:
    if not note.own and other.parent not in (folder.absolute(), folder.absolute().parent):
        raise problem(MismatchError, "note_of_others", path=folder / RUN_NOTE, other=other)


def plan_beside(output: Path, record: Manifest) -> Path | None:
    """Path of the plan beside an output, if it is the recorded one, or differs from that only in
    what a person has viewed and answered since; else None."""
    path = plan_of(output)
    if hash_of(path) == record.run.plan_sha256:
        return path
    with contextlib.suppress(PlanError):
        if decisions_sha256(read_plan(path)) == record.run.decisions_sha256:
            return path
    return None


def hash_of(path: Path) -> str:
    """SHA-256 of a plan's file without its mark, as stored in records; "" if there is no file."""
    try:
        return sha256_of_bytes(without_mark(read_file(path))[0])
    except OSError:
        return ""


def audit_settings(record: Manifest | None, plan: Plan) -> AuditSettings:
    """How to audit a finished file, as far as its record and its plan say.

    Targets that the plan does not name are visible on purpose.
    """
    settings = AuditSettings()
    if record is not None:
        render = record.run.settings.get("render")
        render = render if isinstance(render, dict) else {}
        if isinstance(margin := render.get("margin"), (int, float)):
            settings = replace(settings, margin=float(margin))
        with contextlib.suppress(msgspec.ValidationError):
            stamp = msgspec.convert(render.get("stamp"), Stamp | None)
            settings = replace(settings, stamp=stamp)
        if record.tool.redact == __version__:  # other versions may draw differently
            with contextlib.suppress(msgspec.ValidationError):  # a style of the caller's own
                settings = replace(settings, render=msgspec.convert(render, RenderSettings))
        encode = record.run.settings.get("encode")
        spoken = isinstance(encode, dict) and encode.get("audio") == Audio.MUTE_SPEECH
        settings = replace(settings, no_speech=spoken)
    asked = plan.settings
    return replace(settings, sensitivity=asked.sensitivity, targets=asked.targets)
