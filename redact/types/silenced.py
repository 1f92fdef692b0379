"""A span of sound that is taken out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Silenced:
    """A span of sound that is taken out.

    Attributes:
        start, end: seconds on the clock of the file.
        how: "mute" or "tone".
    """

    start: Fraction
    end: Fraction
    how: str = "mute"
