"""Tracks are one subject by themselves only where that is sure: by sights, not by following."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from redact.plan import Plan, state_runs, undecided, with_subjects
from redact.types import Box, Keyframe, State, Track

from .test_plan import tracks
from .test_shown import B, D, F, kept, plan_of

PLACE = Box(10, 10, 50, 60)
BESIDE = Box(25, 10, 65, 60)
"""Overlaps `PLACE` by more than a tenth and less than a half."""


def numbers(plan: Plan) -> list[tuple[int, ...]]:
    return [subject.tracks for subject in with_subjects(plan).subjects]


def seen(number: int, first: int, states: list[State], box: Box = PLACE) -> Track:
    return undecided(kept(states, number=number, first=first, box=box))


def test_who_is_lost_and_seen_again_at_once_in_the_same_place_is_one() -> None:
    assert numbers(plan_of(seen(1, 0, [D] * 5), seen(2, 6, [D] * 5))) == [(1, 2)]


@pytest.mark.parametrize("state", [F, B])
def test_a_track_that_only_follows_into_the_place_says_nothing(state: State) -> None:
    """Its last sight was long before."""
    lost = [D] * 3 + [state] * 12
    assert numbers(plan_of(seen(1, 0, lost), seen(2, 15, [D] * 5))) == [(1,), (2,)]
    # Nor does one that was never seen at all.
    assert numbers(plan_of(seen(1, 0, [state] * 5), seen(2, 6, [D] * 5))) == [(1,), (2,)]


def test_nobody_is_handed_over_across_a_cut() -> None:
    plan = plan_of(seen(1, 0, [D] * 5), seen(2, 6, [D] * 5))
    for cut, one in ((4, True), (5, False), (6, False), (7, True)):
        found = numbers(replace(plan, cuts=(cut,)))
        assert found == ([(1, 2)] if one else [(1,), (2,)]), cut


def test_a_third_beside_them_makes_it_unsure() -> None:
    pair = seen(1, 0, [D] * 5), seen(2, 6, [D] * 5)
    assert numbers(plan_of(*pair, seen(3, 2, [D] * 7, BESIDE))) == [(1,), (2,), (3,)]
    away = Box(120, 10, 150, 60)
    assert numbers(plan_of(*pair, seen(3, 2, [D] * 7, away))) == [(1, 2), (3,)]


def test_two_that_could_be_the_next_are_both_left() -> None:
    first = seen(1, 0, [D] * 5)
    both = seen(2, 6, [D] * 5), seen(3, 6, [D] * 2, Box(12, 10, 52, 60))
    assert (1, 2) not in numbers(plan_of(first, *both))


def test_one_thing_seen_twice_is_one_and_passing_by_is_not() -> None:
    near = Box(11, 11, 51, 61)
    assert numbers(plan_of(seen(1, 0, [D] * 9), seen(2, 2, [D] * 6, near))) == [(1, 2)]
    # Too short a time together, and not on each other all along.
    assert numbers(plan_of(seen(1, 0, [D] * 9), seen(2, 2, [D] * 4, near))) == [(1,), (2,)]
    assert numbers(plan_of(seen(1, 0, [D] * 9), seen(2, 2, [D] * 6, BESIDE))) == [(1,), (2,)]


def test_many_that_are_one_are_not_each_compared_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    at = Track.at

    def counted(self: Track, frame: int) -> Keyframe | None:
        nonlocal asked
        asked += 1
        return at(self, frame)

    plan = plan_of(*(seen(number, 0, [D] * 9) for number in range(1, 121)))
    monkeypatch.setattr(Track, "at", counted)
    assert len(numbers(plan)) == 1
    assert asked < 120 * 9 * 3


@given(tracks())
def test_stretches_of_one_state_cover_a_track_once(track: Track) -> None:
    runs = list(state_runs(track.first, track.last, track.keyframes))
    frames = [frame for first, last, _ in runs for frame in range(first, last + 1)]
    assert frames == list(range(track.first, track.last + 1))
    for (_, _, before), (_, _, after) in pairwise(runs):
        assert before is not after
    for first, last, state in runs:
        for frame in (first, last):
            key = track.at(frame)
            assert key is not None and key.state is state
