"""The types that all rooms share; and runs of numbers, which contain exactly the given numbers in
as few runs as possible."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.types import (
    Box,
    Detections,
    Keyframe,
    Runs,
    State,
    Target,
    Timeline,
    Track,
    count_of,
    joined,
    readable,
    runs_of,
    union,
)

numbers = st.floats(-1e4, 1e4, allow_nan=False)
sizes = st.floats(0.1, 1e4)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(numbers), draw(numbers)
    return Box(x, y, x + draw(sizes), y + draw(sizes))


@given(boxes(), boxes())
def test_union_contains_both_and_iou_is_symmetric(a: Box, b: Box) -> None:
    both = a.union(b)
    assert both.contains(a)
    assert both.contains(b)
    assert union(np.array([a]), np.array([b])).tolist() == [list(both)]
    assert a.iou(b) == pytest.approx(b.iou(a))
    assert 0 <= a.iou(b) <= 1 + 1e-9
    assert a.iou(a) == pytest.approx(1)


@given(boxes(), st.floats(0, 2))
def test_growing_contains(a: Box, share: float) -> None:
    assert a.grown(share).contains(a)


def test_track_is_linear_between_keyframes_and_ends_at_them() -> None:
    track = Track(
        1,
        Target.FACE,
        (
            Keyframe(10, Box(0, 0, 10, 10), State.DETECTED, 0.9),
            Keyframe(11, Box(0, 0, 10, 10), State.INTERPOLATED),
            Keyframe(20, Box(90, 45, 100, 55), State.DETECTED, 0.7),
        ),
    )
    assert track.at(9) is None
    assert track.at(21) is None
    middle = track.at(14)
    assert middle is not None
    assert middle.box == pytest.approx((30, 15, 40, 25))
    assert middle.state is State.INTERPOLATED
    assert track.at(20) == track.keyframes[-1]
    assert track.score == 0.9


def test_track_needs_rising_keyframes() -> None:
    key = Keyframe(3, Box(0, 0, 1, 1), State.DETECTED)
    with pytest.raises(ValueError, match="rise"):
        Track(1, Target.FACE, (key, key))
    with pytest.raises(ValueError, match="no keyframe"):
        Track(1, Target.FACE, ())


def test_detections_are_checked_selected_and_joined() -> None:
    some = Detections(
        np.array([[0, 0, 4, 4], [5, 5, 9, 9]], np.float32),
        np.array([0.9, 0.2], np.float32),
        np.array([Target.FACE, Target.PLATE], np.int8),
    )
    assert len(Detections.concat([some, Detections.empty(), some])) == 4
    assert some.only([Target.PLATE]).box(0) == Box(5, 5, 9, 9)
    assert len(some.select(some.score > 0.5)) == 1
    with pytest.raises(ValueError, match="disagree"):
        Detections(some.xyxy, some.score[:1], some.target)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40), st.integers(-1000, 200_000))
def test_frame_at_is_the_first_at_or_after_a_time(steps: list[int], ticks: int) -> None:
    line = Timeline(Fraction(1, 600), tuple(int(v) for v in np.cumsum(steps)))
    frame = line.frame_at(Fraction(ticks, 600))
    assert line.pts[frame] >= ticks or frame == len(line) - 1
    assert frame == 0 or line.pts[frame - 1] < ticks


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ValueError, match="dog"):
        Target.from_word("dog")


@given(st.text(st.characters(codec=None)))
def test_readable_text_can_always_be_written(text: str) -> None:
    readable(text).encode("utf-8")


def test_readable_keeps_what_was_readable_and_shows_stray_bytes() -> None:
    assert readable("café 日本") == "café 日本"
    assert readable(b"caf\xe9.mp4".decode("utf-8", "surrogateescape")) == "caf%E9.mp4"


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
