"""Messages and errors for people: codes with values, and their words in one TOML file per room and
language.

Whoever shows one can choose the language. As text they are English: so they are in JSON, in logs
and for programs.
"""

from __future__ import annotations

import errno
from typing import Any, TypeVar

from ..errors import RedactError
from .catalogue import LANGUAGES, Words, surface, words_of
from .language import VARIABLE, language_of, speak, spoken

__all__ = [
    "LANGUAGES",
    "VARIABLE",
    "Message",
    "Value",
    "Words",
    "language_of",
    "problem",
    "reason_of",
    "said",
    "say",
    "speak",
    "spoken",
    "surface",
    "told",
    "word",
]

Value = str | int | float | None
"""What a message of a record may hold: all of it JSON."""


def word(table: str, name: str) -> str:
    """A term of the program, in the language that is spoken."""
    return words_of(spoken()).word(table, name)


class Message:
    """A statement of the program: a warning, a note, a detail of a step or of a check.

    A record keeps code and values, so that a report says it in its own language; as text it is
    English. Two messages are equal if they say the same.

    Args:
        code: key in the tables `message` of the catalogues.
        values: for the places in its words; text is for names only, which no language changes,
            and for words of a table of the catalogues.
    """

    __slots__ = ("code", "values")

    def __init__(self, code: str, /, **values: Value) -> None:
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return words_of("en").message(self.code, self.values)

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return (self.code, self.values) == (other.code, other.values)

    def __hash__(self) -> int:
        return hash((self.code, *sorted(self.values)))

    def to_json(self) -> dict[str, Any]:
        """Code and values as JSON values."""
        return {"code": self.code, "values": dict(self.values)}


def say(code: str, /, **values: Value | Message | RedactError) -> str:
    """Words for the terminal, in the language that is spoken.

    Args:
        code: key in the tables `message` of the catalogues.
        values: for the places in its words.
    """
    return words_of(spoken()).message(code, values)


def said(message: Message | str) -> str:
    """A message in the language that is spoken; text stays as it is."""
    if isinstance(message, str):
        return message
    return words_of(spoken()).message(message.code, message.values)


E = TypeVar("E", bound=RedactError)


def problem(kind: type[E], code: str, /, **values: Value | Message | RedactError) -> E:
    """An error whose words stand in a table `problem` of the catalogues; as text it is English.

    Args:
        kind: class of the error.
        code: key in the table.
        values: for the places in its words. One may be a message or another error.
    """
    made = kind(*words_of("en").problem(code, values))
    made.code, made.values = code, values
    return made


def told(error: RedactError, language: str | None = None) -> tuple[str, str]:
    """What was wrong and what to do, in a language, by default the one that is spoken.

    An error without a code, of a library or of another package, is told as it is.
    """
    if not error.code:
        return error.message, error.hint
    return words_of(language or spoken()).problem(error.code, error.values)


def reason_of(error: OSError) -> str:
    """Why the system refused: its name in the table `errno`, or else the system's own words."""
    name = errno.errorcode.get(error.errno or 0, "")
    known = name in words_of("en").tables["errno"]
    return name if known else error.strerror or str(error)
