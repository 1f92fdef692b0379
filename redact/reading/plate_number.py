"""Tells the numbers of licence plates from other text."""

from __future__ import annotations

from typing import Final

from ..types import TELLING_LETTERS, folded
from .date_and_time import tells_time

SHORTEST_PLATE: Final = 4
"""Fewest letters and digits of a plate; shorter text may be a price or a house number."""

CUT_PLATE: Final = 3
"""The same of a plate that the border of the picture cuts."""

LONGEST_PLATE: Final = 12
"""Most letters and digits of a plate: an Indian plate has ten, and the reader may add those of its
frame or country code."""

MOST_DIGITS: Final = 8
"""Most digits of a plate without letters; more are a telephone number."""


def is_plate_number(text: str, cut: bool = False) -> bool:
    """Whether a text looks like a plate's number: four (or three) to twelve letters and digits, at
    least one of them a digit. It is not a date, a time of day, a telephone number, or one repeated
    character, which the reader sees in rows of bottles or windows.

    Args:
        text: as read, all lines of one place joined.
        cut: whether the border of the picture cuts it.
    """
    signs = [c for c in text if c.isalnum()]
    digits = sum(c.isdigit() for c in signs)
    most = MOST_DIGITS if digits == len(signs) else LONGEST_PLATE
    least = CUT_PLATE if cut else SHORTEST_PLATE
    fits = least <= len(signs) <= most and digits > 0 and len(set(signs)) > 1
    return fits and not tells_time(text)


def repeats(text: str, number: str) -> bool:
    """Whether a text contains a plate's number, whatever the spelling of either; see `folded`."""
    wanted = folded(number)
    return len(wanted) >= TELLING_LETTERS and wanted in folded(text)
