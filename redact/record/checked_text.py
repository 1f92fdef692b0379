"""Text that people write into the record: one line that looks like what it says."""

from __future__ import annotations

from ..errors import PlanError, UsageError
from ..words import problem

LONGEST = 2000
"""Characters in one field, at most: a paragraph; more belongs in a separate document."""


def checked_text(value: object, where: str) -> str:
    """`value` if it is one line of text that a record can contain. Raises PlanError."""
    if not isinstance(value, str):
        raise problem(PlanError, "expected_text", where=where, kind=type(value).__name__)
    if len(value) > LONGEST:
        raise problem(PlanError, "text_too_long", where=where, length=len(value), longest=LONGEST)
    # Control characters and lone surrogates can make a record look different from what it says
    # (terminal escapes, text direction), or cannot be written as UTF-8 at all.
    bad = next((c for c in value if not printable(c)), None)
    if bad is not None:
        raise problem(PlanError, "control_character", where=where, bad=ord(bad))
    return value


def checked_option(value: str, option: str) -> str:
    """Like `checked_text`, for a value from the command line. Raises UsageError."""
    try:
        return checked_text(value, option)
    except PlanError as error:
        raise problem(UsageError, error.code, **error.values) from None


def printable(char: str) -> bool:
    direction_marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return char not in direction_marks and not (
        ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000
    )
