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

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from ..errors import RedactError
from ..types import clock

FALLBACK: Final = "en"
"""The language of records, logs and programs, and of whoever asks for none that is known."""

LANGUAGES: Final = (
    FALLBACK,
    *sorted(
        folder.name
        for folder in resources.files(__package__).iterdir()
        if folder.joinpath("terms.toml").is_file() and folder.name != FALLBACK
    ),
)
"""One for each folder of catalogues, named by its code as the CLDR has it."""

SURFACES: Final = ("help", "page", "report")
"""Files that are read alone."""


@cache
def surface(language: str, name: str) -> dict[str, Any]:
    """The whole content of one file.

    Args:
        language: one of `LANGUAGES`.
        name: of the file, one of `SURFACES`.
    """
    return _parsed(language, name)


def _parsed(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads(_spaces(language).sub("\N{NO-BREAK SPACE}", _text(language, name)))


def _text(language: str, name: str) -> str:
    return resources.files(__package__).joinpath(language, f"{name}.toml").read_text("utf-8")


@cache
def _spaces(language: str) -> re.Pattern[str]:
    """Finds the spaces that must not break a line, as French has them before some signs."""
    signs = tomllib.loads(_text(language, "terms"))["typography"]
    ways = ((" (?=[{}])", signs["before"]), ("(?<=[{}]) ", signs["after"]))
    found = [way.format(re.escape(those)) for way, those in ways if those]
    return re.compile("|".join(found) or "(?!)")


class Words:
    """The texts of all rooms in one language.

    The words of a message may be several texts, one for each plural form that the language has in
    the CLDR (`one`, `few`, `other` …), of which its value `count` chooses. A place in them may name
    how it is filled: `{x:target}` by the word for `x` in the table `target`, `{x:dB}` in decibels
    ("equal" where there is no difference), `{x:clock}` as players show seconds, `{x:.2f}` and
    `{x:,}` as in Python with the language's own signs. A value may itself be a message, or an
    error, or several of them, and is said in the same language.

    Args:
        language: one of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self._locale = Locale(language)
        self.tables: dict[str, dict[str, Any]] = {"message": {}, "problem": {}}
        for file in resources.files(__package__).joinpath(language).iterdir():
            name, _, kind = file.name.partition(".")
            if kind == "toml" and name not in SURFACES:
                for table, rows in _parsed(language, name).items():
                    self.tables.setdefault(table, {}).update(rows)
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
        """Message and hint of an error that is known here."""
        what, cure = self.tables["problem"][code]
        return self.filled(what, values), self.filled(cure, values)

    def filled(self, entry: str | dict[str, str], values: Mapping[str, Any]) -> str:
        """A text of a catalogue with its places filled.

        Raises:
            KeyError, ValueError, TypeError: the values do not fit.
        """
        if isinstance(entry, dict):
            entry = self.plural(entry, values.get("count"))
        return self._formatter.vformat(entry, (), values)

    def plural(self, forms: Mapping[str, str], count: Any) -> str:
        """The form that goes with a count; `other` where there is none, or it is no number."""
        form = self._locale.plural_form(count) if isinstance(count, int | float) else "other"
        return forms.get(form, forms["other"])

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
        """A number that Python wrote, 1,234.5, with the signs of the language: 1 234,5."""
        signs = get_group_symbol(self._locale) + get_decimal_symbol(self._locale)
        return text.translate(str.maketrans(",.", signs))


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
