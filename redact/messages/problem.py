"""Errors for people, as codes with values, so that whoever shows one can choose the language."""

from __future__ import annotations

import errno
from typing import TypeVar

from ..errors import RedactError
from .words import Value, words_of

E = TypeVar("E", bound=RedactError)


def problem(kind: type[E], code: str, /, **values: Value) -> E:
    """An error whose words stand in the table `problem` of the catalogues; as text it is English.

    Args:
        kind: class of the error.
        code: key in the table.
        values: for the places in its words.
    """
    made = kind(*words_of("en").problem(code, values))
    made.code, made.values = code, values
    return made


def told(error: RedactError, language: str) -> tuple[str, str]:
    """What was wrong and what to do, in a language; an error without a code is told in English."""
    if not error.code:
        return error.message, error.hint
    return words_of(language).problem(error.code, error.values)


def reason_of(error: OSError) -> str:
    """Why the system refused: its name in the table `errno`, or else the system's own words."""
    name = errno.errorcode.get(error.errno or 0, "")
    known = name in words_of("en").tables["errno"]
    return name if known else error.strerror or str(error)
