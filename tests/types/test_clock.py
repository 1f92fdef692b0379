"""One way to read a time, and one to write it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import UsageError
from redact.plan.user_input import parse_clock
from redact.types import clock, read_clock

SAME = ["12.5", "12.500", "12,5", "12.5s", "0:12.5", "00:12.5", "0:00:12.5", "00:00:12.500"]


@pytest.mark.parametrize("text", SAME)
def test_every_usual_notation_is_read(text: str) -> None:
    assert read_clock(text) == Fraction(25, 2)


NONE = ["", "soon", "1:2:3:4", "-1", "1:", ":5", "1.2.3", "٣", "1h", "nan"]


@pytest.mark.parametrize("text", NONE)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_clock(text)
    assert "0:12" in caught.value.hint


def test_times_are_written_as_in_a_player() -> None:
    assert [clock(s) for s in (0, 7.25, 3723.5)] == ["0:00.000", "0:07.250", "1:02:03.500"]
    assert [clock(59.96, digits) for digits in (0, 1, 2)] == ["1:00", "1:00.0", "0:59.96"]
    assert clock(-0.5) == "-0:00.500" and clock(-0.0001) == "0:00.000"


@given(st.integers(0, 10**9))
def test_written_times_can_be_read(milliseconds: int) -> None:
    assert read_clock(clock(milliseconds / 1000)) == Fraction(milliseconds, 1000)
