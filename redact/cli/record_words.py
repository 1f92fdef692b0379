"""What `redact verify` says about the record that it found beside an output."""

from __future__ import annotations

from pathlib import Path

from ..evidence import Manifest, manifest_path


def words_for(output: Path, record: Manifest, plan: Path | None) -> str:
    """What is used, for the user."""
    name = manifest_path(output).name
    if plan is None:
        return (
            f"{name}: margin and targets are taken from it; the plan that it names is not beside "
            f"{output.name} (--plan names it), so what is hidden is worked out from the pixels"
        )
    return f"{name}: margin and targets are taken from it, and {plan.name} is the plan it names"
