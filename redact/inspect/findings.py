"""What an inspection can find, and how it is collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 120
"""Characters of a value that are shown."""


class Kind(StrEnum):
    """What a find says, or could say, about a person, place, time or tool."""

    LOCATION = "location"
    DATE = "date"
    DEVICE = "device"
    ENCODER = "encoder"
    TAG = "tag"
    NAME = "name"
    LANGUAGE = "language"
    IDENTIFIER = "identifier"
    THUMBNAIL = "thumbnail"
    USER_DATA = "user data"
    ATTACHMENT = "attachment"
    STREAM = "extra stream"
    UNUSUAL = "unusual data"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One find.

    Attributes:
        kind: what it says.
        where: path of boxes or elements, or stream and unit.
        value: the text found, or a description of bytes; cut after `SHOWN` characters.
        count: how often it occurs.
    """

    kind: Kind
    where: str
    value: str
    count: int = 1


MOST = 1000
"""Different finds that are told: more than anybody reads. A file can be made to have
millions, and then only their number is told."""


@dataclass(slots=True)
class Disclosures:
    """Collects finds, equal ones once with a count, in order of appearance.

    `generic` holds what any file of the format has and what names nobody ("VideoHandler"); it is
    told for completeness and does not make a file unclean.
    """

    _found: dict[tuple[Kind, str, str], int] = field(default_factory=dict)
    _texts: set[str] = field(default_factory=set)
    _more: int = 0
    _generic: dict[str, None] = field(default_factory=dict)

    def add(self, kind: Kind, where: str, value: str | bytes) -> None:
        # A place is named by the file as well: by its own keys, tags and chunks.
        key = (kind, readable(where), readable(value))
        if key in self._found or len(self._found) < MOST:
            self._found[key] = self._found.get(key, 0) + 1
            self._texts.add(key[2])
        else:
            self._more += 1

    def add_generic(self, where: str, value: str | bytes) -> None:
        if len(self._generic) < MOST:
            self._generic[f"{readable(where)}: {readable(value)}"] = None

    def tells(self, text: str | bytes) -> bool:
        """Whether some find shows this text and no other."""
        return readable(text) in self._texts

    def mentions(self, text: str | bytes) -> bool:
        """Whether some find already shows this text."""
        wanted = readable(text)
        return wanted in self._texts or any(wanted in value for value in self._texts)

    @property
    def found(self) -> tuple[Disclosure, ...]:
        told = tuple(Disclosure(*key, count) for key, count in self._found.items())
        if not self._more:
            return told
        return (*told, Disclosure(Kind.UNUSUAL, "file", "finds that are not listed", self._more))

    @property
    def generic(self) -> tuple[str, ...]:
        return tuple(self._generic)


def readable(value: str | bytes) -> str:
    """`value` as one line of printable text; bytes that are no text as their number."""
    if isinstance(value, bytes):
        text = printable_text(value)
        if text is None:
            return f"{len(value)} bytes: {value[:16].hex(' ')}{'…' if len(value) > 16 else ''}"
        value = text
    line = "".join(c if c.isprintable() else " " for c in value).strip()
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def printable_text(data: bytes) -> str | None:
    """Text in `data` (zeros around it removed), None if it is not text."""
    stripped = data.strip(b"\0")
    if not stripped:
        return ""
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = stripped.decode("latin-1")
        except UnicodeDecodeError:  # pragma: no cover - latin-1 decodes everything
            return None
        good = sum(c.isascii() and c.isprintable() for c in text)
        return text if good > 0.9 * len(text) else None
    good = sum(c.isprintable() or c in "\r\n\t" for c in text)
    return text if good == len(text) else None
