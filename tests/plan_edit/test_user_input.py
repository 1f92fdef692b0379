"""Times and lists of numbers as people type them: each is understood, rounded outward, or
refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import RedactError, UsageError
from redact.plan import decisions, user_input

from ..record.samples import FRAMES, make_plan

PLAN = make_plan()


@given(st.text(max_size=12) | st.from_regex(r"[0-9:.f]{1,9}", fullmatch=True), st.booleans())
def test_any_time_is_a_frame_or_refused(text: str, last: bool) -> None:
    try:
        assert 0 <= user_input.parse_time(text, PLAN, last=last) < FRAMES
    except UsageError as error:
        assert error.hint


@given(st.text(max_size=12) | st.from_regex(r"[0-9,\- ]{1,9}", fullmatch=True))
def test_any_list_of_numbers_is_read_or_refused(text: str) -> None:
    try:
        ids = user_input.parse_ids(text, PLAN)
        assert list(ids) == sorted(set(ids))
        decisions.change(PLAN, ids, reason="x")
    except RedactError as error:
        assert error.hint


@given(start=st.fractions(0, 11), length=st.fractions(0, 3))
def test_spans_cover_every_frame_that_is_on_screen(start: Fraction, length: Fraction) -> None:
    """Nothing shown at any moment between --from and --to is left out."""
    begin, end = float(round(start, 6)), float(round(start + length, 6))
    first = user_input.parse_time(f"{begin:.6f}", PLAN)
    last = user_input.parse_time(f"{end:.6f}", PLAN, last=True)
    timeline = PLAN.source.timeline
    for frame in range(FRAMES):
        shown = timeline.time(frame) - timeline.time(0)
        gone = shown + Fraction(1, 25)
        if shown <= Fraction(f"{end:.6f}") and gone > Fraction(f"{begin:.6f}"):
            assert first <= frame <= last


def test_the_last_picture_can_be_named_by_its_time_but_nothing_after_it() -> None:
    timeline = PLAN.source.timeline
    end = timeline.time(FRAMES - 1) - timeline.time(0)
    assert user_input.parse_time(f"{float(end):.6f}", PLAN) == FRAMES - 1
    with pytest.raises(UsageError, match="after the last picture"):
        user_input.parse_time(f"{float(end) + 0.001:.6f}", PLAN)


def test_numbers_seconds_and_moments() -> None:
    assert user_input.parse_numbers("5-7, 1,3, 6") == (1, 3, 5, 6, 7)
    for wrong in ("", "x", "7-5", "1,,2"):
        with pytest.raises(UsageError):
            user_input.parse_numbers(wrong)
    assert user_input.parse_seconds(" Start") == 0
    assert user_input.parse_seconds("0:01.5") == 1.5
    assert user_input.parse_seconds("-0:01.5") == user_input.parse_seconds("−1.5") == -1.5
    # Sound may go on after the last picture.
    assert user_input.parse_seconds("END") > PLAN.seconds(FRAMES - 1) + 60
    assert user_input.parse_moment("start ") == (0, None)
    assert user_input.parse_moment("End") == (None, None)
    assert user_input.parse_moment("F12") == (12, None)
    assert user_input.parse_moment("1:02.5") == (None, Fraction(125, 2))


def test_a_range_of_tracks_selects_those_that_exist() -> None:
    there = [track.id for track in PLAN.tracks]
    assert user_input.parse_ids(" ALL ", PLAN) == tuple(there)
    assert user_input.parse_ids("2-99,1", PLAN) == tuple(there)
    # One number alone is taken as it is: that there is no such track is said by whoever needs it.
    assert user_input.parse_ids("99", PLAN) == (99,)
    for wrong in ("90-99", "3-2"):
        with pytest.raises(UsageError):
            user_input.parse_ids(wrong, PLAN)
