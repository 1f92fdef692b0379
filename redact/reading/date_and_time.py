"""Dates and times of day in text."""

from __future__ import annotations

import re
from typing import Final

_DATE: Final = re.compile(r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}")
_TIME: Final = re.compile(r"\d{1,2}:\s?\d{2}")
_SECONDS: Final = re.compile(r"\d{1,2}:\s?\d{2}:\s?\d{2}")


def tells_time(text: str) -> bool:
    """Whether a text holds a date or a time of day."""
    return any(pattern.search(text) for pattern in (_DATE, _TIME))


def is_clock(text: str) -> bool:
    """Whether a text holds a date, or a time of day with seconds, which no sign shows."""
    return any(pattern.search(text) for pattern in (_DATE, _SECONDS))
