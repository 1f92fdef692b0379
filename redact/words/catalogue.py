"""The catalogues: TOML files in a folder per language, with the same names and keys in each.

Each room has its own file, with the tables `message` and `problem`. `terms.toml` contains the terms
of the program. The files of a whole surface are read only there: `help` by the command line, `page`
by the review page, `report` by the report.
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
"""The language of records, logs and programs, and the default."""

LANGUAGES: Final = (
    FALLBACK,
    *sorted(
        folder.name
        for folder in resources.files(__package__).iterdir()
        if folder.joinpath("terms.toml").is_file() and folder.name != FALLBACK
    ),
)
"""One for each folder of catalogues, named by its CLDR code."""

SURFACES: Final = ("help", "page", "report")
"""Files that are read on their own."""


@cache
def surface(language: str, name: str) -> dict[str, Any]:
    """The whole content of one file.

    Args:
        language: one of `LANGUAGES`.
        name: of the file, one of `SURFACES`.
    """
    return _parsed(language, name)


def _parsed(language: str, name: str) -> dict[str, Any]:
    text = _text(language, name)
    for space, beside in _spaces(language):
        text = beside.sub(space, text)
    return tomllib.loads(text)


def _text(language: str, name: str) -> str:
    return resources.files(__package__).joinpath(language, f"{name}.toml").read_text("utf-8")


@cache
def _spaces(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Spaces that must not break, each with what matches it: those before some signs in French."""
    signs = tomllib.loads(_text(language, "terms"))["typography"]
    ways = (
        ("\N{NO-BREAK SPACE}", " (?=[{}])", "before"),
        ("\N{NO-BREAK SPACE}", "(?<=[{}]) ", "after"),
        ("\N{NARROW NO-BREAK SPACE}", " (?=[{}])", "narrow_before"),
        ("\N{NARROW NO-BREAK SPACE}", "(?<=[{}]) ", "narrow_after"),
    )
    return tuple(
        (space, re.compile(way.format(re.escape(those))))
        for space, way, name in ways
        if (those := signs[name])
    )


_TIME: Final = r"-?\d+(?::\d\d){1,2}\.\d+"
_SPAN: Final = f"{_TIME}(?:–{_TIME})?"
_TIMES: Final = re.compile(f"{_SPAN}(?:, {_SPAN})*")
"""Times as `clock` writes them, and spans, one or several."""


class Words:
    """The texts of all rooms in one language.

    The words of a message may be several texts, one for each of the language's CLDR plural forms
    (`one`, `few`, `other` …); its value `count` selects one. A time as `clock` writes it has the
    decimal sign of the language. A placeholder may say how it is
    filled: `{x:target}` with the word for `x` in the table `target`, `{x:dB}` in decibels ("equal"
    if there is no difference), `{x:clock}` like seconds in a player, `{x:.2f}` and `{x:,}` as in
    Python but with the language's own signs. A value may itself be a message or an error, or
    several of them, and is put into the same language.

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
        """A term of the program; a name that is not in the table stays as it is."""
        known = self.tables.get(table, {}).get(name)
        return known if isinstance(known, str) else name

    def message(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a message; for an unknown one, its code and values."""
        entry = self.tables["message"].get(code)
        if entry is not None:
            try:
                return self.filled(entry, values)
            except (KeyError, ValueError, TypeError):  # a record made or edited elsewhere
                pass
        return " ".join([code, *(f"{name}={value}" for name, value in values.items())])

    def problem(self, code: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """Message and hint of a known error."""
        what, cure = self.tables["problem"][code]
        return self.filled(what, values), self.filled(cure, values)

    def filled(self, entry: str | dict[str, str], values: Mapping[str, Any]) -> str:
        """A text of a catalogue with its placeholders filled.

        Raises:
            KeyError, ValueError, TypeError: the values do not fit.
        """
        if isinstance(entry, dict):
            entry = self.plural(entry, values.get("count"))
        return self._formatter.vformat(entry, (), values)

    def plural(self, forms: Mapping[str, str], count: Any) -> str:
        """The plural form for a count; `other` if there is none, or it is not a number."""
        form = self._locale.plural_form(count) if isinstance(count, int | float) else "other"
        return forms.get(form, forms["other"])

    def value(self, value: Any, how: str) -> str:
        """A value, formatted as its placeholder says."""
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
        if isinstance(value, float) or how == ",":
            return self.number(text)
        return self._times(text) if _TIMES.fullmatch(text) else text

    def _times(self, text: str) -> str:
        """Times with the decimal sign of the language; where that is a comma, it separates none."""
        sign = get_decimal_symbol(self._locale)
        apart = self.word("term", "semicolon") if sign == "," else ", "
        return text.replace(", ", apart).replace(".", sign)

    def number(self, text: str) -> str:
        """A number as Python writes it (1,234.5) with the signs of the language (1 234,5)."""
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
