"""Messages and errors for people: codes with values, and their words in one TOML file per room and
language.

They can be shown in any language. Converted to text (in JSON, in logs and for programs) they are
English.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from contextlib import suppress
from operator import itemgetter
from types import NoneType
from typing import Any, TypeVar

from ..errors import RedactError
from .catalogue import FALLBACK, LANGUAGES, Words, surface, words_of
from .choose_language import VARIABLE, language_of, speak, speaking, spoken

Value = str | int | float | None
"""Values in a record's message: all of them JSON."""


def word(table: str, name: str) -> str:
    """A term of the program, in the current language."""
    return words_of(spoken()).word(table, name)


class Message:
    """A statement of the program: a warning, a note, a detail of a step or of a check.

    A record stores code and values, so that a report can say it in its own language; as text it
    is English. Two messages are equal if they say the same.

    Args:
        code: key in the tables `message` of the catalogues.
        values: for the placeholders in its words. Text is only for names, which are the same in
            every language, and for keys of a table of the catalogues. A value may be a message or
            an error, or several.
    """

    __slots__ = ("code", "values")

    def __init__(
        self, code: str, /, **values: Value | Translatable | tuple[Translatable, ...]
    ) -> None:
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return words_of(FALLBACK).message(self.code, self.values)

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return (self.code, self.values) == (other.code, other.values)

    def __hash__(self) -> int:
        return hash((self.code, *sorted(self.values.items(), key=itemgetter(0))))

    def to_json(self) -> dict[str, Any]:
        """Code and values as JSON values; a value that is itself a message becomes English text."""
        return {"code": self.code, "values": as_json(self.values)}


Translatable = Message | RedactError
"""What can be put into words in every language."""


def as_json(values: Mapping[str, Any]) -> dict[str, Value]:
    """Values of a message or an error as JSON values."""
    english = words_of(FALLBACK)
    return {n: v if isinstance(v, Value) else english.value(v, "") for n, v in values.items()}


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Values that can be put into words in any language and sent to another process."""
    kept = (str, int, float, NoneType, tuple, Message, RedactError)
    return {name: v if isinstance(v, kept) else str(v) for name, v in values.items()}


def say(code: str, /, **values: object) -> str:
    """Words for the terminal, in the current language.

    Args:
        code: key in the tables `message` of the catalogues.
        values: for the placeholders in its words.
    """
    return words_of(spoken()).message(code, _plain(values))


def said(what: Translatable | str | float, how: str = "") -> str:
    """A message, an error, a time or a number in the current language; other text stays as it is.

    Args:
        what: to be said.
        how: as a placeholder of the catalogues has it.
    """
    return words_of(spoken()).value(what, how)


E = TypeVar("E", bound=RedactError)


def problem(kind: type[E], code: str, /, **values: object) -> E:
    """An error with its words in a table `problem` of the catalogues; as text it is English.

    Args:
        kind: class of the error.
        code: key in the table.
        values: for the placeholders in its words. A value may be a message or another error; other
            objects are converted to text.
    """
    plain = _plain(values)
    made = kind(*words_of(FALLBACK).problem(code, plain))
    made.code, made.values = code, plain
    return made


def error_as_json(error: RedactError, source: str | None) -> dict[str, Any]:
    """The error that ended a video or a command: in English, and as code and values."""
    return {
        "source": source,
        "exit_code": int(error.exit_code),
        "error": error.message,
        "hint": error.hint,
        "code": error.code,
        "values": _kept(error.values),
    }


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON values from which the message can be put into words in any language."""
    return {name: _kept_one(value) for name, value in values.items()}


def _kept_one(value: Any) -> Any:
    if isinstance(value, Value):
        return value
    if isinstance(value, tuple):
        return [_kept_one(one) for one in value]
    if isinstance(value, RedactError) and value.code:
        return {"problem": value.code, "values": _kept(value.values)}
    if isinstance(value, Message):
        return {"message": value.code, "values": _kept(value.values)}
    return str(value)


def error_words(error: RedactError, language: str | None = None) -> tuple[str, str]:
    """Message and hint of an error in a language, by default the current one.

    An error without a code, from a library or another package, keeps its own words.
    """
    if not error.code:
        return error.message, error.hint
    return words_of(language or spoken()).problem(error.code, error.values)


def error_from_json(result: Mapping[str, Any], language: str | None = None) -> tuple[str, str]:
    """Message and hint from `error_as_json` in a language, by default the current one."""
    known = result.get("code") in words_of(FALLBACK).tables["problem"]
    if known and isinstance(values := result.get("values"), dict):
        with suppress(KeyError, ValueError, TypeError):  # of another version
            return words_of(language or spoken()).problem(result["code"], values)
    return result.get("error", ""), result.get("hint", "")


def reason_of(error: OSError) -> str:
    """Why the system refused: a key of the table `errno`, or else the system's own words."""
    name = errno.errorcode.get(error.errno or 0, "")
    known = name in words_of(FALLBACK).tables["errno"]
    return name if known else error.strerror or str(error)
