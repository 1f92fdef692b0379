"""`--accept-findings`: which findings of an earlier audit a person has looked at, and why they
are no leaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..auditing import Finding
from ..case import HeldBack, held_back_for
from ..errors import UsageError
from ..evidence import checked_option
from ..plan import edit

_EXAMPLE = "Write for example --accept-findings '1,3=a statue', or 'all=a statue'."


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Numbers of findings, None for all of them, and the reason."""

    numbers: tuple[int, ...] | None
    reason: str

    def findings_of(self, final: Path, closed: Path) -> tuple[Finding, ...]:
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
        return self.among(held)

    def among(self, held: HeldBack) -> tuple[Finding, ...]:
        """The findings that are meant. Raises UsageError."""
        found = held.found()
        wanted = {f.number for f in found} if self.numbers is None else set(self.numbers)
        unknown = wanted - {f.number for f in found}
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


def parse_acceptance(text: str) -> Acceptance:
    """From "1,3=reason" or "all=reason". Raises UsageError."""
    numbers, equals, reason = text.partition("=")
    if not equals:
        raise UsageError(
            f"--accept-findings {text}: does not say which findings it is about", _EXAMPLE
        )
    reason = checked_option(reason.strip(), "--accept-findings")
    if not any(c.isalnum() for c in reason):
        raise UsageError("--accept-findings: the reason is empty", _EXAMPLE)
    if numbers.strip().lower() == "all":
        return Acceptance(None, reason)
    return Acceptance(edit.parse_numbers(numbers), reason)
