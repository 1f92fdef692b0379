"""The words of the report in one language, from `redact/words/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..plan import Census
from ..record import MessagePart
from ..types import clock
from ..words import LANGUAGES, Words, surface, words_of


def counts_in_words(counts: Mapping[str, int], words: Words) -> str:
    """For example "2 people, 1 vehicle"."""
    each = ({"count": n, "kind": kind} for kind, n in counts.items())
    return ", ".join(words.message("cell_count", values) for values in each)


def census_in_words(counts: Census, words: Words) -> str:
    """For example "2 people, 1 vehicle masked; 1 person visible by decision; 1 false alarm"; "" if
    there is nothing."""
    said = [
        words.message(code, {"count": n, "what": counts_in_words(kinds, words)})
        for code, n, kinds in (
            ("cell_hidden", 0, counts.hidden),
            ("cell_kept", 0, counts.kept),
            ("cell_cut_off", counts.cut_off, {}),
            ("cell_alarms", counts.false_alarms, {}),
        )
        if n or kinds
    ]
    return words.word("term", "semicolon").join(said)


class ReportWords:
    """Texts by key.

    Args:
        language: one of `redact.words.LANGUAGES`.

    Attributes:
        used: keys that were looked up, so that a test can find unused ones.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self.entries: dict[str, Any] = {
            f"{section}.{key}": value
            for section, values in surface(language, "report").items()
            for key, value in values.items()
        }
        self.used: set[str] = set()
        self.words = words_of(language)

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key, with its values. Raises KeyError if the key is unknown."""
        self.used.add(key)
        entry: str = self.entries[key]
        return entry.format(**values) if values else entry

    def word(self, section: str, name: str) -> str:
        """Text of `section.name`, or of `section.other` if the name is unknown."""
        if section == "target" and name in self.words.tables[section]:
            return self.words.word(section, name)
        if f"{section}.{name}" in self.entries:
            return self(f"{section}.{name}")
        return self(f"{section}.other", name=name)

    def term(self, table: str, name: str) -> str:
        """A term of the program, see `Words.word`."""
        return self.words.word(table, name)

    def said(self, message: MessagePart) -> str:
        """A message of the program in this language; its code if that is unknown."""
        return self.words.message(message.code, message.values)

    def warning(self, message: MessagePart) -> str:
        """A warning of the run, without the advice that it has for whoever could run it again."""
        key = f"warning.{message.code}"
        if key not in self.entries:
            return self.said(message)
        self.used.add(key)
        return self.words.filled(self.entries[key], message.values)

    def joined(self, messages: Iterable[MessagePart]) -> str:
        """Several messages, joined by semicolons."""
        return self("title.semicolon").join(map(self.said, messages))

    def clock(self, seconds: float, digits: int = 3) -> str:
        """A time in a video: 1:02.345 or 1:02,345."""
        return self.words.number(clock(seconds, digits))

    def day(self, iso: str) -> str:
        """A date in words: 6 May 2026."""
        year, month, day = (int(part) for part in iso[:10].split("-"))
        return f"{day} {self('title.months').split()[month - 1]} {year}"

    def moment(self, iso: str, until: int = 16) -> str:
        """A moment such as 2026-05-06 07:08, from the first `until` characters of ISO 8601."""
        year, month, day = iso[:10].split("-")
        return f"{self('title.date', year=year, month=month, day=day)} {iso[11:until]}"

    def number(self, value: float, digits: int = 0) -> str:
        """A number: 1,234.5 or 1 234,5 (with a narrow no-break space)."""
        return self.words.number(f"{value:,.{digits}f}")
