"""Text from file names, numbers in words, and the one way in which times and dates are read from
people and written for them.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

_SURROGATE = re.compile("[\ud800-\udfff]")

_COMMANDING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, ends of lines and marks of direction."""


def readable(text: str) -> str:
    """`text` as valid Unicode, for records: bytes of a name that are no UTF-8 become `%E9`.

    Python keeps such bytes of a path as lone surrogates (PEP 383), which no JSON or HTML file can
    hold. The escape is that of file URLs: it holds no separator that could look like a folder.
    """
    return _SURROGATE.sub(_escaped, text)


_ALIKE = str.maketrans("OQDILSBZ", "00011582")
"""Letters and digits that a reader takes for one another."""


TELLING_LETTERS: Final = 5
"""Letters and digits from which two texts are alike for another reason than chance, by which a
clock repeats a year."""


def folded(text: str) -> str:
    """A text by its letters and digits alone: without case, accents and signs, those alike that a
    reader confuses. For finding what was read, whatever it was written like."""
    plain = unicodedata.normalize("NFKD", text).upper()
    return "".join(c for c in plain if c.isalnum()).translate(_ALIKE)


def one_line(text: str) -> str:
    """`text` as it may be printed: one line that says what it seems to say.

    Names, tags and records of files that others made can hold what clears the screen, writes over
    a line that was printed before, adds one of its own, or shows letters in another order.
    """
    return _COMMANDING.sub(lambda m: " " if m[0].isspace() else "\ufffd", readable(text))


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file are UTF-8; the last letter may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


def numbered(tracks: Iterable[int]) -> str:
    """Tracks by their numbers: "track 3", "tracks 3, 9"."""
    numbers = [str(n) for n in tracks]
    return f"track{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}"


def decimal(rate: Fraction) -> str:
    """A frame rate as people know it: 29.97 for 30000/1001, 25 for 25."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else "\ufffd"


_TIME: Final = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,2}):)?(\d{1,9}(?:[.,]\d{1,9})?)\s?s?")


def clock(seconds: float, digits: int = 3) -> str:
    """Seconds as players show them: 0:07.250, and 1:02:03.456 from an hour on.

    `read_clock` reads it.

    Args:
        seconds: to write.
        digits: of the fraction, to which it is rounded.
    """
    units = round(abs(seconds) * 10**digits)
    sign = "-" if seconds < 0 and units else ""
    whole, fraction = divmod(units, 10**digits)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{sign}{start}:{rest:02}" + (f".{fraction:0{digits}}" if digits else "")


def utc_text(moment: datetime) -> str:
    """A moment as records hold it: 2026-05-06T07:08:09.000001Z (ISO 8601, UTC)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def date_and_time(moment: datetime) -> str:
    """A moment for people, to the second: 2026-05-06 07:08:09 UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(moment: datetime) -> str:
    """The day of a moment for people: 2026-05-06."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def read_clock(text: str) -> Fraction:
    """Seconds of a time as people write it: 12.5, 12.5s, 0:12, 1:02.5, 00:00:12.500.

    A comma does for the decimal point.

    Raises:
        ValueError: it is no time.
    """
    match = _TIME.fullmatch(text.strip())
    if not match or not text.isascii():
        raise ValueError(f"{text!r}: is not a time")
    hours, minutes, seconds = (Fraction((g or "0").replace(",", ".")) for g in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def as_argument(path: Path | str) -> str:
    """A path as a person may type it into a command: no program takes it for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
