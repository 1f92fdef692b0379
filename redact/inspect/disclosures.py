"""The kinds of things that an inspection finds, and how they are collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ..words import Message

MOST_VALUE_CHARACTERS = 120
"""Characters of a value that are shown."""


class Kind(StrEnum):
    """What a disclosure says, or may say, about a person, place, time or tool."""

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


QuotedOrOurs = str | Message
"""Text quoted from the file, or a description of ours."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing in a file that reveals something.

    Attributes:
        kind: what it says.
        where: path of boxes or elements, or stream and unit.
        value: the text found, cut after `MOST_VALUE_CHARACTERS` characters, or a description of
            bytes.
        count: how often it occurs.
    """

    kind: Kind
    where: QuotedOrOurs
    value: QuotedOrOurs
    count: int = 1


MOST_DISCLOSURES = 1000
"""Different disclosures that are listed, more than anybody reads. A file can be crafted to have
millions; of the rest only the number is given."""


@dataclass(slots=True)
class Disclosures:
    """Collects disclosures in order of appearance; equal ones are listed once, with a count.

    `generic` holds what any file of the format contains and what names nobody ("VideoHandler"); it
    is listed for completeness and does not make a file unclean.
    """

    _found: dict[tuple[Kind, QuotedOrOurs, QuotedOrOurs], int] = field(default_factory=dict)
    _texts: set[QuotedOrOurs] = field(default_factory=set)
    _more: int = 0
    _generic: dict[tuple[str, QuotedOrOurs], None] = field(default_factory=dict)

    def add(self, kind: Kind, where: QuotedOrOurs, value: QuotedOrOurs | bytes) -> None:
        # Where it stands is named by the file as well: by its own keys, tags and chunks.
        key = (kind, shown(where), shown(value))
        if key in self._found or len(self._found) < MOST_DISCLOSURES:
            self._found[key] = self._found.get(key, 0) + 1
            self._texts.add(key[2])
        else:
            self._more += 1

    def add_generic(self, where: str, value: str | bytes) -> None:
        if len(self._generic) < MOST_DISCLOSURES:
            self._generic[readable(where), shown(value)] = None

    def shows_exactly(self, text: str | bytes) -> bool:
        """Whether some disclosure shows this text and no other."""
        return shown(text) in self._texts

    def contains(self, text: str) -> bool:
        """Whether some disclosure already contains this text."""
        wanted = readable(text)
        return any(isinstance(value, str) and wanted in value for value in self._texts)

    @property
    def found(self) -> tuple[Disclosure, ...]:
        listed = tuple(Disclosure(*key, count) for key, count in self._found.items())
        if not self._more:
            return listed
        rest = Message("finds_unlisted")
        return (*listed, Disclosure(Kind.UNUSUAL, Message("in_file"), rest, self._more))

    @property
    def generic(self) -> tuple[tuple[str, QuotedOrOurs], ...]:
        return tuple(self._generic)


def shown(value: QuotedOrOurs | bytes) -> QuotedOrOurs:
    """`value` in one readable line; for bytes that are no text, their number and beginning."""
    if isinstance(value, bytes):
        text = printable_text(value)
        if text is None:
            beginning = value[:16].hex(" ") + "…" * (len(value) > 16)
            return Message("bytes_beginning", count=len(value), beginning=beginning)
        value = text
    return readable(value) if isinstance(value, str) else value


def size_of(data: bytes) -> Message:
    """The number of bytes, for content that is not shown."""
    return Message("bytes", count=len(data))


def readable(text: str) -> str:
    """`text` as one line that can be printed."""
    line = "".join(c if c.isprintable() else " " for c in text).strip()
    return line if len(line) <= MOST_VALUE_CHARACTERS else f"{line[:MOST_VALUE_CHARACTERS]}…"


def printable_text(data: bytes) -> str | None:
    """Text in `data` (zeros around it removed), None if it is not text."""
    stripped = data.strip(b"\0")
    if not stripped:
        return ""
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError:
        text = stripped.decode("latin-1")
        good = sum(c.isascii() and c.isprintable() for c in text)
        return text if good > 0.9 * len(text) else None
    good = sum(c.isprintable() or c in "\r\n\t" for c in text)
    return text if good == len(text) else None
