"""What a user can do about a result that needs review, as words and commands to copy."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from ..audit import FindingKind, fix_command
from ..delivery import Outcome
from .again import typed_options

_NOT_REPEATED = frozenset(
    ("output", "plan_out", "targets", "sensitivity", "as_json", "accept_findings")
)
"""Options of the first command that the repair does not have or need."""


def what_to_do(outcome: Outcome, params: dict[str, Any], plan_file: Path | None) -> str:
    """Lines for a person: commands stand alone on theirs, so that they can be copied."""
    last = len(outcome.record.plan.source.timeline) - 1
    # Neither the place of the plan nor a folder that was meant for several outputs is repeated.
    options = typed_options(_NOT_REPEATED)
    if params["output"] is not None:
        options += ["-o", str(outcome.wanted)]
    source, plan = outcome.record.source.path, plan_file or "PLAN"
    findings = outcome.audit.findings
    commands = fix_command(findings, plan, source, last, options)
    if not commands:
        return (
            "Look at what failed above; the file is kept for you to look at.\n"
            f"{_delete(outcome.output)}"
        )
    lines = ["To hide what was found, run:", commands]
    if outcome.audit.may_be_accepted:
        again = commands.splitlines()[-1]
        lines.append("If you have looked, and none of it is a face or plate to hide, say why:")
        lines.append(f"{again} --accept-findings {shlex.quote('the reason')}")
    elif any(f.kind is FindingKind.UNDRAWN for f in findings):
        lines.append("A mask that was not drawn cannot be accepted with --accept-findings.")
    lines.append(_delete(outcome.output))
    return "\n".join(lines)


def _delete(output: Path) -> str:
    return f"{output.name} shows what was found: delete it when you are done with it."
