"""The record and the plan that lie beside an output: what it was made from, and how."""

from __future__ import annotations

from pathlib import Path

from ..errors import PlanError
from ..evidence import Manifest, manifest_path, read_manifest, sha256_of_bytes
from ..running import review_plan
from ..settings import RenderSettings


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
