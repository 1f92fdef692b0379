"""All text of the report, from `redact/words/`, as `report.html` and its parts ask for it."""

from __future__ import annotations

from collections.abc import Iterable

from ..record import MessagePart
from ..types import clock
from ..words import LANGUAGES, Words, surface


class ReportWords:
    """Text by key. `used` collects the keys that were asked for, so a test can find dead ones.

    Args:
        language: one of `redact.words.LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self.entries: dict[str, str] = {
            f"{section}.{key}": value
            for section, values in surface(language, "report").items()
            for key, value in values.items()
        }
        self.used: set[str] = set()
        self.words = Words(language)

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key, with values filled in. Raises KeyError for an unknown key."""
        self.used.add(key)
        return self.entries[key].format(**values) if values else self.entries[key]

    def word(self, section: str, name: str, fallback: str = "other") -> str:
        """Text of `section.name`, or of the section's fallback for a name unknown here."""
        if section == "target" and name in self.words.tables[section]:
            return self.words.word(section, name)
        if f"{section}.{name}" in self.entries:
            return self(f"{section}.{name}")
        return self(f"{section}.{fallback}", name=name)

    def term(self, table: str, name: str) -> str:
        """A term of the program, as `Words.word`."""
        return self.words.word(table, name)

    def said(self, message: MessagePart) -> str:
        """A statement of the program in this language; of a code that is unknown here, the code."""
        return self.words.message(message.code, message.values)

    def joined(self, messages: Iterable[MessagePart]) -> str:
        """Several statements in a row."""
        return self("title.semicolon").join(map(self.said, messages))

    def clock(self, seconds: float, digits: int = 3) -> str:
        """A time in a video: 1:02.345 or 1:02,345."""
        return self.words.number(clock(seconds, digits))

    def day(self, iso: str) -> str:
        """A day of the calendar: 6 May 2026."""
        year, month, day = (int(part) for part in iso[:10].split("-"))
        return f"{day} {self('title.months').split()[month - 1]} {year}"

    def moment(self, iso: str, until: int = 16) -> str:
        """A moment as its language writes it, of as many letters of ISO 8601: 2026-05-06 07:08."""
        year, month, day = iso[:10].split("-")
        return f"{self('title.date', year=year, month=month, day=day)} {iso[11:until]}"

    def number(self, value: float, digits: int = 0) -> str:
        """A number in the language's own form: 1,234.5 or 1 234,5 (narrow no-break space)."""
        return self.words.number(f"{value:,.{digits}f}")
