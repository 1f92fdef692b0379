"""The catalogues: TOML files in a folder per language, with the same names and keys in each.

Each room has a file of its own, with the tables `message` and `problem`. `terms.toml` holds the
terms of the program. Those of a whole surface are read only by it: `help` by the command line,
`page` by the page of review, `report` by the report.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, Final

from ..errors import RedactError
from ..types import clock, table_of

LANGUAGES: Final = ("en", "fr")

SURFACES: Final = ("help", "page", "report")
"""Files that are read alone."""

SINGULAR: Final = {"en": (1,), "fr": (0, 1)}
"""Counts that take the singular."""


@cache
def surface(language: str, name: str) -> dict[str, Any]:
    """All of one file, as it stands there.

    Args:
        language: one of `LANGUAGES`.
        name: of the file, one of `SURFACES`.
    """
    return _parsed(language, name)


def _parsed(language: str, name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(language, f"{name}.toml").read_text("utf-8")
    if language == "fr":  # French puts a space there that must not break a line
        text = _BEFORE_SIGNS.sub("\N{NO-BREAK SPACE}", text)
    return tomllib.loads(text)


_BEFORE_SIGNS: Final = re.compile(r" (?=[:;?!»])|(?<=«) ")


class Words:
    """What the rooms say in a language.

    The words of a message may be two texts, `one` and `many`, of which its value `count` chooses.
    A place in them may name how it is filled: `{x:target}` by the word for `x` in the table
    `target`, `{x:dB}` in decibels ("equal" where there is no difference), `{x:clock}` as players
    show seconds, `{x:.2f}` as in Python with the language's own decimal sign. A value may itself
    be a message, or an error, or several of them, and is said in the same language.

    Args:
        language: one of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self.tables: dict[str, dict[str, Any]] = {"message": {}, "problem": {}}
        for file in resources.files(__package__).joinpath(language).iterdir():
            name, _, kind = file.name.partition(".")
            if kind == "toml" and name not in SURFACES:
                for table, rows in _parsed(language, name).items():
                    self.tables.setdefault(table, {}).update(rows)
        self.tables["target"] = dict(table_of(language, "one"))
        self.tables["targets"] = dict(table_of(language, "several"))
        self._formatter = _Formatter(self)

    def word(self, table: str, name: str) -> str:
        """A term of the program; a name that the table does not know stays as it is."""
        known = self.tables.get(table, {}).get(name)
        return known if isinstance(known, str) else name

    def message(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a message; of one that is unknown here, its code and values."""
        entry = self.tables["message"].get(code)
        if entry is not None:
            try:
                return self.filled(entry, values)
            except (KeyError, ValueError, TypeError):  # a record that was made or edited elsewhere
                pass
        return " ".join([code, *(f"{name}={value}" for name, value in values.items())])

    def problem(self, code: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """What was wrong and what to do about it, of an error that is known here."""
        what, cure = self.tables["problem"][code]
        return self.filled(what, values), self.filled(cure, values)

    def filled(self, entry: str | dict[str, str], values: Mapping[str, Any]) -> str:
        """A text of a catalogue with its places filled.

        Raises:
            KeyError, ValueError, TypeError: the values do not fit.
        """
        if isinstance(entry, dict):
            entry = entry["one" if values.get("count") in SINGULAR[self.language] else "many"]
        return self._formatter.vformat(entry, (), values)

    def value(self, value: Any, how: str) -> str:
        """A value as its place wants it."""
        if isinstance(value, tuple | list):
            return ", ".join(self.value(one, how) for one in value)
        if isinstance(value, dict):  # see `error_as_json`
            if "problem" in value:
                return self.problem(value["problem"], value["values"])[0]
            return self.message(value["message"], value["values"])
        if isinstance(value, RedactError):
            return value.message if not value.code else self.problem(value.code, value.values)[0]
        if hasattr(value, "code"):
            return self.message(value.code, value.values)
        if how == "dB":
            return self.word("term", "equal") if value is None else self.value(value, ".1f") + " dB"
        if how == "clock":
            return self.number(clock(value))
        if how in self.tables:
            return self.word(how, str(value))
        text = format(value, how)
        return self.number(text) if isinstance(value, float) or how == "," else text

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
