"""Tells the number of a licence plate from other text."""

from __future__ import annotations

from typing import Final

from ..types import TELLING_LETTERS, folded
from .date_and_time import tells_time

SHORTEST_PLATE: Final = 4
"""Letters and digits of the shortest plate that is told from a word, a price or a house number."""

LONGEST_PLATE: Final = 12
"""Letters and digits of the longest: an Indian plate has ten, and a frame or a country's mark is
read along."""

MOST_DIGITS: Final = 8
"""Digits of the longest plate without a letter: more of them are a telephone number."""


def is_plate_number(text: str) -> bool:
    """Whether a text reads like a plate: four to twelve letters and digits, a digit among them;
    neither a date, a time of day nor a telephone number, nor one sign over and over, as rows of
    bottles or windows are read.

    Args:
        text: as it was read, all lines of one place joined.
    """
    signs = [c for c in text if c.isalnum()]
    digits = sum(c.isdigit() for c in signs)
    most = MOST_DIGITS if digits == len(signs) else LONGEST_PLATE
    fits = SHORTEST_PLATE <= len(signs) <= most and digits > 0 and len(set(signs)) > 1
    return fits and not tells_time(text)


def repeats(text: str, number: str) -> bool:
    """Whether a text holds a plate's number, however either is written; see `folded`."""
    wanted = folded(number)
    return len(wanted) >= TELLING_LETTERS and wanted in folded(text)
