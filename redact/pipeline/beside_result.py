"""Reads the record and the plan beside a finished file, and the audit settings that they imply."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import msgspec

from .. import __version__
from ..auditing import AuditSettings
from ..errors import PlanError
from ..files import read_file
from ..plan import Plan, read_plan, without_mark
from ..record import (
    Manifest,
    decisions_sha256,
    manifest_path,
    read_manifest,
    sha256_of_bytes,
)
from ..settings import Audio, RenderSettings, Stamp
from .order import review_plan


def record_beside(output: Path) -> Manifest | None:
    """The manifest beside an output; None if there is none or it cannot be read."""
    try:
        return read_manifest(manifest_path(output))
    except PlanError:
        return None


def plan_beside(output: Path, record: Manifest) -> Path | None:
    """Path of the plan beside an output, if it is the recorded one, or differs from that only in
    what a person has viewed and answered since; else None."""
    path = review_plan(output)
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


def audit_settings(record: Manifest | None, plan: Plan | None) -> AuditSettings:
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
    if plan is not None:
        asked = plan.settings
        settings = replace(settings, sensitivity=asked.sensitivity, targets=asked.targets)
    return settings
