"""Runs of frames, as the first and last of each, and spans of sound that are taken out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

Runs = tuple[tuple[int, int], ...]
"""First and last of stretches of frames, both included, rising and apart."""


def runs_of(frames: Iterable[int]) -> Runs:
    """Stretches of numbers that are given in any order, each once or more."""
    found: list[tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if found and found[-1][1] == frame - 1:
            found[-1] = found[-1][0], frame
        else:
            found.append((frame, frame))
    return tuple(found)


def joined(a: Runs, b: Runs) -> Runs:
    """Frames of either, as stretches."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((*a, *b)):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)


def count_of(runs: Runs) -> int:
    """How many frames."""
    return sum(last - first + 1 for first, last in runs)


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
