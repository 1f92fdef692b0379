"""Runs of numbers hold exactly the numbers that were given, and are as few as can be."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from redact.types import Runs, count_of, joined, runs_of

NUMBERS = st.lists(st.integers(0, 40), max_size=30)


def numbers_in(runs: Runs) -> list[int]:
    return [n for first, last in runs for n in range(first, last + 1)]


def apart(runs: Runs) -> bool:
    return all(b[0] > a[1] + 1 for a, b in pairwise(runs))


@given(NUMBERS)
def test_runs_hold_what_was_given(numbers: list[int]) -> None:
    runs = runs_of(numbers)
    assert numbers_in(runs) == sorted(set(numbers)) and apart(runs)
    assert count_of(runs) == len(set(numbers))


@given(NUMBERS, NUMBERS)
def test_joined_runs_hold_both(a: list[int], b: list[int]) -> None:
    runs = joined(runs_of(a), runs_of(b))
    assert numbers_in(runs) == sorted({*a, *b}) and apart(runs)
