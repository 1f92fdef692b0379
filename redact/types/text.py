"""Text that comes from file names, and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """`text` as valid Unicode, for records: bytes of a name that are no UTF-8 become `%E9`.

    Python keeps such bytes of a path as lone surrogates (PEP 383), which no JSON or HTML file can
    hold. The escape is that of file URLs: it holds no separator that could look like a folder.
    """
    return _SURROGATE.sub(_escaped, text)


def counted(number: int, thing: str) -> str:
    """A number with its noun: "1 track", "2 tracks"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


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
