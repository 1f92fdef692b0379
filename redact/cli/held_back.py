"""What a user is told to do about a result that is held back."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..running import Outcome


def what_to_do(outcome: Outcome) -> str:
    """Lines for a person: commands stand alone on theirs, so that they can be copied."""
    name, findings = _named(outcome.output), outcome.audit.findings
    if not findings:
        return (
            "Look at what failed above; the file is kept for you to look at. To delete it:\n"
            f"{shlex.join(['redact', 'fix', name, '--remove'])}"
        )
    lines = ["To hide what was found:", shlex.join(["redact", "fix", name])]
    if outcome.audit.may_be_accepted:
        lines.append(
            "If you have looked at it and some of it is not a face or plate, say which, and why:"
        )
        lines.append(
            shlex.join(["redact", "fix", name, "--accept-findings", f"{_all(len(findings))}=…"])
        )
    return "\n".join(lines)


def _all(count: int) -> str:
    return ",".join(map(str, range(1, count + 1))) if count <= 3 else "1,2"


def _named(path: Path) -> str:
    """A path that no program takes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
