"""Messages and errors for people: codes with values, and their words in one TOML file per language.

Whoever shows one can choose the language.
"""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, Final, TypeVar

from ..errors import RedactError
from ..types import table_of

__all__ = ["LANGUAGES", "Message", "Value", "Words", "problem", "reason_of", "told", "word"]

Value = str | int | float | None
"""What a message may hold: all of it JSON."""

LANGUAGES: Final = ("en", "fr")

SINGULAR: Final = {"en": (1,), "fr": (0, 1)}
"""Counts that take the singular."""


class Words:
    """A catalogue.

    The words of a message may be two texts, `one` and `many`, of which its value `count` chooses.
    A place in them may name how it is filled: `{x:target}` by the word for `x` in the table
    `target`, `{x:dB}` in decibels ("equal" where there is no difference), `{x:.2f}` as in Python
    with the language's own decimal sign.

    Args:
        language: one of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        text = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
        self.tables: dict[str, dict[str, Any]] = {
            **tomllib.loads(text),
            "target": dict(table_of(language, "one")),
            "targets": dict(table_of(language, "several")),
        }
        self._formatter = _Formatter(self)

    def word(self, table: str, name: str) -> str:
        """A term of the program; a name that the table does not know stays as it is."""
        known = self.tables.get(table, {}).get(name)
        return known if isinstance(known, str) else name

    def knows(self, code: str) -> bool:
        """Whether there are words for a message."""
        return code in self.tables["message"]

    def message(self, code: str, values: Mapping[str, Value]) -> str:
        """The words of a message; of one that is unknown here, its code and values."""
        entry = self.tables["message"].get(code)
        if isinstance(entry, dict):
            entry = entry["one" if values.get("count") in SINGULAR[self.language] else "many"]
        if entry is not None:
            try:
                return self._formatter.vformat(entry, (), values)
            except (KeyError, ValueError, TypeError):  # a record that was made or edited elsewhere
                pass
        return " ".join([code, *(f"{name}={value}" for name, value in values.items())])

    def problem(self, code: str, values: Mapping[str, Value]) -> tuple[str, str]:
        """What was wrong and what to do about it, of an error that is known here."""
        what, cure = self.tables["problem"][code]
        say = self._formatter.vformat
        return say(what, (), values), say(cure, (), values)

    def value(self, value: Value, how: str) -> str:
        """A value as its place wants it."""
        if how == "dB":
            return self.word("term", "equal") if value is None else self.value(value, ".1f") + " dB"
        if how in self.tables:
            return self.word(how, str(value))
        text = format(value, how)
        return self.number(text) if isinstance(value, float) else text

    def number(self, text: str) -> str:
        """A number that is written as in English: 1,234.5, or 1 234,5 (narrow no-break space)."""
        return text.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else text


class _Formatter(Formatter):
    def __init__(self, words: Words) -> None:
        self._words = words

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        return kwargs[field_name], field_name  # names only: no attribute, no index

    def format_field(self, value: Any, format_spec: str) -> str:
        return self._words.value(value, format_spec)


@cache
def words_of(language: str) -> Words:
    """The catalogue of a language, read once."""
    return Words(language)


def word(table: str, name: str) -> str:
    """A term of the program in English, for the terminal."""
    return words_of("en").word(table, name)


class Message:
    """A statement of the program: a warning, a note, a detail of a step or of a check.

    A record keeps code and values, so that a report says it in its own language; as text it is
    English, for the terminal. Two messages are equal if they say the same.

    Args:
        code: key in the table `message` of the catalogues (`en.toml`, `fr.toml`).
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
