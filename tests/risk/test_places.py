"""What is known of a place at which somebody may be open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Plan, Subject
from redact.risk import WORTH_A_LOOK, Place, all_places, gaps_of, place_of, probability_of
from redact.types import Action, Body, Box, Doubt, Keyframe, Keyframes, State, Target

from ..review.plans import AWAY, HERE, plan_of, track

STANDING = Box(295, 95, 355, 345)
"""A body whose head is at `AWAY`."""


def places(plan: Plan) -> dict[tuple[str, int], Place]:
    return {(place.why, place.frame): place for place in all_places(plan)}


def body(*frames: int, box: Box = STANDING, score: float = 0.6, vehicle: bool = False) -> Body:
    return Body(vehicle, Keyframes(Keyframe(n, box, State.DETECTED, score) for n in frames))


def test_each_place_is_marked_where_somebody_would_be() -> None:
    hidden = track(1, (20, 40, State.DETECTED, HERE), (41, 60, State.FOLLOWED, HERE))
    plan = replace(
        plan_of(hidden), doubts=(Doubt(70, Target.FACE, AWAY, 0.1),), bodies=(body(70, 80, 90),)
    )
    found = places(plan)
    head = found["body", 70].box
    assert head is not None and head.common(AWAY) > 0.5 * head.area
    assert {key: place.box for key, place in found.items()} == {
        ("begins", 19): HERE,
        ("ends", 61): HERE,
        ("guessed", 50): HERE,
        ("doubted", 70): AWAY,
        ("body", 70): head,
    }
    # By its number the page finds the place again.
    numbers = [found[key].track for key in (("doubted", 70), ("body", 70))]
    assert numbers == [-1, -2]
    assert [place_of(plan, number, 70) for number in (*numbers, -3, 0)] == [AWAY, head, None, None]


def test_nothing_is_asked_at_a_cut_or_at_the_ends_of_the_video() -> None:
    plan = plan_of(
        track(1, (0, 49, State.DETECTED, HERE)), track(2, (50, 99, State.DETECTED, AWAY))
    )
    assert {why for why, _ in places(plan)} == {"begins", "ends"}
    assert places(replace(plan, cuts=(50,))).keys() == {("cut", 49), ("cut", 50)}


def test_nothing_is_asked_where_another_mask_goes_on_and_of_what_is_no_target() -> None:
    one, other = track(1, (0, 40, State.DETECTED, HERE)), track(2, (0, 99, State.DETECTED, HERE))
    assert places(plan_of(one)).keys() == {("ends", 41)} and places(plan_of(one, other)) == {}
    assert places(plan_of(replace(one, action=Action.FALSE_ALARM))) == {}


@pytest.mark.parametrize(
    "nobody",
    [
        body(50),
        body(50, 60, vehicle=True),
        body(50, 60, score=0.2),
        body(50, 60, box=Box(300, 100, 315, 140)),
        body(10, 20),
    ],
    ids=["seen once", "a vehicle", "hardly one", "too small", "his head is hidden"],
)
def test_of_whom_nothing_is_hidden_is_told(nobody: Body) -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, AWAY)))
    assert ("body", 50) in places(replace(plan, bodies=(body(10, 20, 50, 60),)))
    assert "body" not in {why for why, _ in places(replace(plan, bodies=(nobody,)))}


@pytest.mark.parametrize(("across", "down"), [(60, 0), (-60, 0), (0, 90), (0, -90)])
def test_a_mask_beside_a_head_does_not_hide_it(across: float, down: float) -> None:
    somewhere = track(1, (0, 99, State.DETECTED, AWAY.moved(across, down)))
    told = places(replace(plan_of(somewhere), bodies=(body(50, 60),)))
    assert ("body", 50) in told


def test_where_a_subject_has_no_mask_for_a_while_is_told() -> None:
    early, late = (
        track(n, (first, first + 9, State.DETECTED, box))
        for n, first, box in ((1, 20, HERE), (2, 60, AWAY))
    )
    plan = plan_of(early, late).with_subjects([Subject((1, 2))])
    gap = places(plan)["gap", 44]
    assert (gap.track, gap.shown, gap.box) == (1, 29, HERE.lerp(AWAY, 0.5))


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 9)), min_size=1, max_size=6))
def test_gaps_are_the_frames_in_which_none_of_the_tracks_is(spans: list[tuple[int, int]]) -> None:
    tracks = [
        track(n, (first, first + more, State.DETECTED, HERE))
        for n, (first, more) in enumerate(spans, 1)
    ]
    there = {n for t in tracks for n in range(t.first, t.last + 1)}
    open_ = [n for gap in gaps_of(tracks) for n in range(gap.first, gap.last + 1)]
    assert open_ == sorted({*range(min(there), max(there))} - there)
    for gap in gaps_of(tracks):
        assert gap.first - 1 == tracks[gap.before - 1].last
        assert gap.last + 1 == tracks[gap.after - 1].first


def test_a_mask_that_ends_while_a_body_goes_on_is_known() -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, AWAY)))
    ends = [
        places(replace(plan, bodies=bodies))["ends", 41].clues["on_body"]
        for bodies in ((), (body(30, 60),), (body(30, 40),))
    ]
    assert ends == [0, 1, 0]


def test_who_leaves_over_the_border_is_known() -> None:
    leaves = plan_of(track(1, (20, 40, State.DETECTED, Box(0, 100, 50, 160))))
    assert places(leaves)["ends", 41].clues["border"] == 1


def test_what_weighs_more_is_more_probable_and_a_clue_without_a_weight_counts_for_nothing() -> None:
    place = Place(0, "body", -1, 0, HERE, {"body": 1.0, "border": 1.0})
    little, much = ({"bias": -3.0, "body": w} for w in (1.0, 2.0))
    assert 0 < probability_of(place, little) < probability_of(place, much) < 1
    assert probability_of(place, {"bias": 0.0}) == 0.5


def test_a_damaged_picture_is_worth_a_look_whatever_the_weights() -> None:
    """Labelled footage has too few of them for weights to tell."""
    damaged = places(replace(plan_of(), unchecked=(30, 31)))["damaged", 30]
    assert probability_of(damaged, {"bias": -9.0}) >= WORTH_A_LOOK
