"""`--accept-findings`: which findings of an earlier audit a person has looked at, and why they
are no leaks."""

from __future__ import annotations

import click

from ..errors import UsageError
from ..evidence import checked_option
from ..plan import typed
from ..running import Acceptance

_EXAMPLE = "Write for example --accept-findings '1,3=a statue', or 'all=a statue'."


def take_acceptance(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Acceptance | None:
    """Callback of the option.

    Raises:
        UsageError: what is given says nothing, or cannot stand in a record.
    """
    return None if value is None else parse_acceptance(value)


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
    return Acceptance(typed.parse_numbers(numbers), reason)
