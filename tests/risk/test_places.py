"""The clues of places at which somebody may be open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Plan, Subject
from redact.risk import WORTH_A_LOOK, Place, all_places, chance_of, gaps_of
from redact.types import Action, Body, Box, Doubt, Keyframe, Keyframes, State, Target

from ..review.plans import AWAY, HERE, plan_of, track

STANDING = Box(295, 95, 355, 345)
"""A body whose head is at `AWAY`."""


def places(plan: Plan) -> dict[tuple[str, int], Place]:
    return {(place.why, place.frame): place for place in all_places(plan)}


def body(*frames: int, box: Box = STANDING, score: float = 0.6, vehicle: bool = False) -> Body:
    return Body(vehicle, Keyframes(Keyframe(n, box, State.DETECTED, score) for n in frames))


def test_each_place_is_marked_where_the_person_would_be() -> None:
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
    numbers = [found[key].track for key in (("doubted", 70), ("body", 70))]
    assert numbers == [-1, -2]


def test_cuts_and_the_ends_of_the_video_are_no_places() -> None:
    plan = plan_of(
        track(1, (0, 49, State.DETECTED, HERE)), track(2, (50, 99, State.DETECTED, AWAY))
    )
    assert {why for why, _ in places(plan)} == {"begins", "ends"}
    assert places(replace(plan, cuts=(50,))).keys() == {("cut", 49), ("cut", 50)}


def test_places_under_another_mask_or_without_a_target_are_left_out() -> None:
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
def test_people_of_whom_nothing_is_hidden_are_places(nobody: Body) -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, AWAY)))
    assert ("body", 50) in places(replace(plan, bodies=(body(10, 20, 50, 60),)))
    assert "body" not in {why for why, _ in places(replace(plan, bodies=(nobody,)))}


@pytest.mark.parametrize(("across", "down"), [(60, 0), (-60, 0), (0, 90), (0, -90)])
def test_a_mask_beside_a_head_does_not_hide_it(across: float, down: float) -> None:
    somewhere = track(1, (0, 99, State.DETECTED, AWAY.moved(across, down)))
    told = places(replace(plan_of(somewhere), bodies=(body(50, 60),)))
    assert ("body", 50) in told


def test_a_gap_in_a_subjects_masks_is_a_place() -> None:
    early, late = (
        track(n, (first, first + 9, State.DETECTED, box))
        for n, first, box in ((1, 20, HERE), (2, 60, AWAY))
    )
    plan = plan_of(early, late).with_subjects([Subject((1, 2))])
    gap = places(plan)["gap", 44]
    assert (gap.track, gap.shown, gap.box) == (1, 29, HERE.lerp(AWAY, 0.5))


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 9)), min_size=1, max_size=6))
def test_gaps_are_frames_without_any_of_the_tracks(spans: list[tuple[int, int]]) -> None:
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


def test_a_mask_that_ends_on_a_body_has_that_clue() -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, AWAY)))
    ends = [
        places(replace(plan, bodies=bodies))["ends", 41].clues["on_body"]
        for bodies in ((), (body(30, 60),), (body(30, 40),))
    ]
    assert ends == [0, 1, 0]


def test_a_mask_that_leaves_over_the_border_has_that_clue() -> None:
    leaves = plan_of(track(1, (20, 40, State.DETECTED, Box(0, 100, 50, 160))))
    assert places(leaves)["ends", 41].clues["border"] == 1


def test_probability_rises_with_weight_and_unweighted_clues_do_not_count() -> None:
    place = Place(0, "body", -1, 0, HERE, {"body": 1.0, "border": 1.0})
    little, much = ({"bias": -3.0, "body": w} for w in (1.0, 2.0))
    assert 0 < chance_of(place, little) < chance_of(place, much) < 1
    assert chance_of(place, {"bias": 0.0}) == 0.5


def test_a_damaged_picture_is_worth_a_look_whatever_the_weights() -> None:
    """Labelled footage has too few of them to fit a weight."""
    damaged = places(replace(plan_of(), unchecked=(30, 31)))["damaged", 30]
    assert chance_of(damaged, {"bias": -9.0}) >= WORTH_A_LOOK


def test_a_two_wheeler_whose_plate_is_nowhere_hidden_is_a_place() -> None:
    """Once, where it is largest; if it comes or goes, with a rider, and is near enough to read."""
    bike = [Box(300, 200, 370, 345), Box(300, 160, 390, 345)]
    far = [Box(300, 200, 340, 300)] * 2
    across = [Box(200, 200, 370, 345)] * 2

    def found(boxes: list[Box], *more: Body, plate: bool = False) -> list[int]:
        keys = [
            Keyframe(n, box, State.DETECTED, 0.6)
            for n, box in zip((50, 60, 70), boxes, strict=False)
        ]
        masks = [track(1, (0, 50, State.DETECTED, Box(320, 250, 350, 262)), target=Target.PLATE)]
        plan = plan_of(*(masks if plate else []))
        plan = replace(plan, bodies=(Body(True, Keyframes(keys)), *more))
        return [place.frame for place in all_places(plan) if place.why == "rider"]

    rider = body(50, 60, box=Box(290, 95, 395, 300))
    assert found(bike, rider) == [60]
    assert found(bike) == found(far, rider) == found(across, rider) == []
    assert found(bike, rider, plate=True) == []
    assert found([bike[0], bike[1], bike[0]], rider, plate=True) == [60], "a car's, once behind it"
