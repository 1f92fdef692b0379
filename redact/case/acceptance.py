"""Findings of an earlier audit that a person has looked at: they are found again, or refused."""

from __future__ import annotations

from pathlib import Path

from ..auditing import Finding
from ..errors import UsageError
from ..running import Acceptance
from .held import HeldBack, held_back_for


def findings_of(accepted: Acceptance, final: Path, closed: Path) -> tuple[Finding, ...]:
    """The findings that are meant, of the run that was held back from a name.

    Raises:
        UsageError: nothing was held back, or it has no finding of one of the numbers.
    """
    held = held_back_for(final, closed)
    if held is None:
        raise UsageError(
            f"--accept-findings: no earlier run found anything in {final.name}, so nobody can "
            "have looked at it",
            "Run without it first; look at the pictures of what is found, if anything is.",
        )
    return among(accepted, held)


def among(accepted: Acceptance, held: HeldBack) -> tuple[Finding, ...]:
    """The findings of a result that are meant. Raises UsageError."""
    found = held.found()
    numbers = {f.number for f in found}
    wanted = numbers if accepted.numbers is None else set(accepted.numbers)
    unknown = wanted - numbers
    if unknown or not found:
        raise UsageError(
            f"--accept-findings: there is no finding {min(unknown, default=1)}",
            f"Its findings are 1 to {len(found)}." if found else "Nothing was found there.",
        )
    if not held.acceptable:
        raise UsageError(
            f"--accept-findings: {held.output}: a check failed or a mask was not drawn, which "
            "nobody can accept",
            "Look at what failed; 'redact fix' draws the plan again.",
        )
    return tuple(f for f in found if f.number in wanted)
