"""Tracks are joined into one subject automatically only if that is sure: by detections, not by
following."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Decision, Plan, state_runs, undecided, with_all_subjects
from redact.plan.decisions import decide
from redact.types import Body, Box, Keyframe, Keyframes, State, Target, Track

from .test_plan import FRAMES, tracks
from .test_shown import D, kept, plan_of

PLACE = Box(10, 10, 50, 60)
BESIDE = Box(25, 10, 65, 60)
"""Overlaps `PLACE` by more than a tenth and less than a half."""
AWAY = Box(160, 10, 200, 60)


def numbers(plan: Plan) -> list[tuple[int, ...]]:
    return [subject.tracks for subject in with_all_subjects(plan).subjects]


def seen(number: int, first: int, states: list[State], box: Box = PLACE) -> Track:
    return undecided(kept(states, number=number, first=first, box=box))


def test_tracks_are_not_joined_by_place_alone() -> None:
    """Lost, and immediately detected again in one place."""
    assert numbers(plan_of(seen(1, 0, [D] * 5), seen(2, 6, [D] * 5))) == [(1,), (2,)]


def test_two_ovals_on_one_face_are_one_person() -> None:
    """The same man stood in the list twice, and the page said that he was not the same: in one
    picture both were detected apart."""
    whole, inner = seen(1, 0, [D] * 12), seen(2, 1, [D] * 10, Box(14, 12, 48, 56))
    keys = list(inner.keyframes)
    keys[4] = Keyframe(keys[4].frame, AWAY, State.DETECTED, 0.9)
    slipped = replace(inner, keyframes=Keyframes(keys))
    for oval in (inner, slipped):
        assert numbers(plan_of(whole, oval)) == [(1, 2)]
    # Who crosses somebody for a moment, stands beside them, was only followed there, or is another
    # kind of thing, is not.
    crosses, plate = seen(2, 8, [D] * 12), replace(inner, target=Target.PLATE)
    followed = seen(2, 1, [State.FOLLOWED] * 10)
    for apart in (crosses, plate, followed, seen(2, 1, [D] * 10, BESIDE)):
        assert numbers(plan_of(whole, apart)) == [(1,), (2,)]


WHOLE = Box(0, 5, 80, 200)


def walking(first: int, last: int, box: Box = WHOLE) -> Body:
    keys = (Keyframe(n, box, State.DETECTED, 0.8) for n in range(first, last + 1, 3))
    return Body(False, Keyframes(keys))


def on_bodies(plan: Plan, *seen_on: tuple[Body, tuple[int, ...]]) -> Plan:
    bodies, owned = zip(*seen_on, strict=True)
    return with_all_subjects(replace(plan, bodies=bodies), owned)


def test_a_person_who_turns_away_is_one_subject_by_the_body() -> None:
    away = seen(1, 0, [D] * 5), seen(2, 25, [D] * 5, Box(30, 12, 70, 60))
    body = walking(0, 30)
    assert numbers(plan_of(*away)) == [(1,), (2,)]
    (one,) = on_bodies(plan_of(*away), (body, (1, 2))).subjects
    assert one.tracks == (1, 2) and one.bodies == (1,)
    # He is kept by one decision, and visible wherever one of his tracks is sure.
    plan = decide(on_bodies(plan_of(*away), (body, (1, 2))), [2], Decision.KEEP)
    assert [len(plan.shown_at(n)) for n in (2, 15, 27)] == [1, 0, 1]


def test_bodies_and_faces_are_joined_in_chains() -> None:
    """One body ends where the other begins, and one face spans both."""
    tracks_ = seen(1, 0, [D] * 3), seen(2, 8, [D] * 12), seen(3, 30, [D] * 5)
    chain = on_bodies(plan_of(*tracks_), (walking(0, 12), (1, 2)), (walking(14, 35), (2, 3)))
    assert [(s.tracks, s.bodies) for s in chain.subjects] == [((1, 2, 3), (1, 2))]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(1, 9), st.sampled_from([PLACE, AWAY])),
        min_size=2,
        max_size=6,
    ),
    st.lists(st.sets(st.integers(1, 6), max_size=4), min_size=1, max_size=4),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
)
def test_no_subject_has_two_faces_or_two_bodies_in_one_picture(
    faces: list[tuple[int, int, Box]],
    on: list[set[int]],
    starts: list[int],
) -> None:
    """Whatever body they were on: keeping one face would show the other."""
    made = [seen(n, first, [D] * long, box) for n, (first, long, box) in enumerate(faces, 1)]
    owned = [tuple(sorted(n for n in some if n <= len(made))) for some in on]
    places = (WHOLE, Box(150, 5, 230, 200))
    bodies = [walking(at, at + 9, places[i % 2]) for i, at in enumerate(starts[: len(owned)])]
    plan = on_bodies(plan_of(*made), *zip(bodies, owned, strict=True))
    by_number = {track.id: track for track in plan.tracks}
    assert sorted(n for s in plan.subjects for n in s.tracks) == sorted(by_number)
    for subject in plan.subjects:
        for frame in range(FRAMES):
            where = [key.box for n in subject.tracks if (key := by_number[n].at(frame))]
            assert all(a.iou(b) > 0.5 for a, b in combinations(where, 2))
            whole = [box for n in subject.bodies if (box := _look(plan.bodies[n - 1], frame))]
            assert len(set(whole)) <= 1


def test_two_bodies_detected_apart_are_not_joined_by_a_third() -> None:
    one = seen(1, 0, [D] * 2), seen(3, 10, [D] * 7)
    other = seen(2, 34, [D] * 2, AWAY), seen(4, 19, [D] * 7, AWAY)
    bodies = walking(0, 20), walking(0, 20, Box(150, 5, 230, 200)), walking(22, 35)
    plan = on_bodies(plan_of(*one, *other), *zip(bodies, [(1, 3), (2, 4), (1, 2)], strict=True))
    assert [(s.tracks, s.bodies) for s in plan.subjects] == [((1, 3), (1,)), ((2, 4), (2,))]


def _look(body: Body, frame: int) -> Box | None:
    return next((key.box for key in body.keyframes if key.frame == frame), None)


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
