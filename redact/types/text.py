"""Text that is safe to print or store, and the one way to read and write times and dates."""

from __future__ import annotations

import codecs
import re
import unicodedata
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

_SURROGATE = re.compile("[\ud800-\udfff]")

_COMMANDING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, line ends and direction marks."""


def readable(text: str) -> str:
    """`text` as valid Unicode, for records: a byte of a name that is not UTF-8 becomes `%E9`.

    Python keeps such bytes of a path as lone surrogates (PEP 383), which no JSON or HTML file can
    hold. The escape is that of file URLs; it contains no separator that could look like a folder.
    """
    return _SURROGATE.sub(_escaped, text)


_ALIKE = str.maketrans("OQDILSBZ", "00011582")
"""Letters and digits that text recognition confuses."""


TELLING_LETTERS: Final = 5
"""Fewest letters and digits of a text whose repetition is no coincidence. Four could be a year,
which any clock repeats."""


def folded(text: str) -> str:
    """The letters and digits of a text, without case and accents, and with characters that text
    recognition confuses made equal. For comparing texts that were read."""
    plain = unicodedata.normalize("NFKD", text).upper()
    return "".join(c for c in plain if c.isalnum()).translate(_ALIKE)


def one_line(text: str) -> str:
    """`text` made safe to print: one line, without control characters.

    File names, tags and records that others made can contain sequences that clear the screen,
    overwrite or forge a line of output, or reverse the order of letters.
    """
    return _COMMANDING.sub(lambda m: " " if m[0].isspace() else "\ufffd", readable(text))


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file are UTF-8 text; the last character may be incomplete."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


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
    """A moment as stored in records: 2026-05-06T07:08:09.000001Z (ISO 8601, UTC)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def date_and_time(moment: datetime) -> str:
    """A moment to the second, for display: 2026-05-06 07:08:09 UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day(moment: datetime) -> str:
    """The UTC day of a moment, for display: 2026-05-06."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def read_clock(text: str) -> Fraction:
    """Seconds of a time in any usual spelling: 12.5, 12.5s, 0:12, 1:02.5, 00:00:12.500.

    The decimal point may be a comma.

    Raises:
        ValueError: `text` is not a time.
    """
    match = _TIME.fullmatch(text.strip())
    if not match or not text.isascii():
        raise ValueError(f"{text!r}: is not a time")
    hours, minutes, seconds = (Fraction((g or "0").replace(",", ".")) for g in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def as_argument(path: Path | str) -> str:
    """A path to type into a command, which no program mistakes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
