"""A decision to show one person shows nobody else: it counts only where the track is sure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.what_is_hidden import Covers
from redact.plan import DAMAGE_REACH, Decision, Plan, Subject, with_damage
from redact.plan.subject import undecided, without_decision
from redact.plan.where_sure import is_certain
from redact.types import Action, Box, Confirmed, Keyframe, State, Target, Track

from .test_plan import FRAMES, SETTINGS, SOURCE, plans

HERE = Box(40, 40, 80, 90)
D, F, B, P, M = (
    State.DETECTED,
    State.FOLLOWED,
    State.INTERPOLATED,
    State.PADDED,
    State.MANUAL,
)


def kept(states: list[State], *, number: int = 1, box: Box = HERE, first: int = 0) -> Track:
    """A kept track with one state for each frame."""
    keys = tuple(Keyframe(first + n, box, state) for n, state in enumerate(states))
    return Track(number, Target.FACE, keys, Action.KEEP, reason="client")


def plan_of(*tracks: Track, unchecked: tuple[int, ...] = ()) -> Plan:
    return Plan(SOURCE, SETTINGS, tracks, unchecked=unchecked)


@pytest.mark.parametrize("state", State)
def test_only_detected_or_drawn_boxes_are_shown(state: State) -> None:
    plan = plan_of(kept([state] * 5))
    sure = state in (State.DETECTED, State.MANUAL)
    assert bool(plan.shown_at(2)) == sure
    assert [(r.track, r.box, r.state) for r in plan.regions_at(2)] == (
        [] if sure else [(1, HERE, state)]
    )


def test_a_track_followed_backwards_over_a_crossing_is_shown_from_its_first_detection() -> None:
    plan = plan_of(kept([P] * 5 + [F] * 10 + [D] * 5 + [F] + [D] * 3 + [P] * 4))
    assert plan.shown_spans(plan.tracks[0]) == [(15, 23)]
    hidden = [n for n in range(FRAMES) if plan.regions_at(n)]
    assert hidden == [*range(15), *range(24, 28)]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ([D, B, B, B, D], range(5)),
        ([D, *[B] * 6, D], range(8)),
        ([D, *[B] * 7, D], (0, 8)),  # 8 frames of 1/30 s are more than a quarter of a second
        ([F, B, B, D], (3,)),
        ([D, B, B, F, D], range(5)),  # `fast` follows boxes between its scans
        ([D, *[F] * 7, D], (0, 8)),
        ([D, B, B], (0,)),
        ([B, B, D], (2,)),
        ([M, B, M], (0, 2)),
    ],
)
def test_between_two_near_detections_is_sure(states: list[State], shown: list[int]) -> None:
    plan = plan_of(kept(states))
    assert [n for n in range(FRAMES) if plan.shown_at(n)] == list(shown)


def test_between_two_detections_in_different_places_is_a_guess() -> None:
    keys = (Keyframe(0, HERE, D), Keyframe(1, HERE, B), Keyframe(3, Box(90, 40, 130, 90), D))
    plan = plan_of(replace(kept([D]), keyframes=keys))
    assert [n for n in range(4) if plan.shown_at(n)] == [0, 3]


def test_a_damaged_frame_shows_nobody() -> None:
    plan = plan_of(kept([D] * 20), unchecked=(9,))
    assert plan.shown_spans(plan.tracks[0]) == [(0, 8), (10, 19)]
    assert [r.state for r in plan.regions_at(9)] == [State.HELD]
    assert plan.shown_at(5, damaged=True) == []
    assert [r.state for r in plan.regions_at(5, damaged=True)] == [State.HELD]


def test_a_hidden_track_over_a_kept_one_stays_hidden() -> None:
    other = replace(kept([D] * 5, number=2), action=Action.REDACT)
    plan = plan_of(kept([D] * 5), other)
    assert [r.track for r in plan.regions_at(2)] == [2]
    guessed = kept([F] * 5, number=3)
    assert [r.track for r in plan_of(kept([D] * 5), guessed).regions_at(2)] == [3]


@given(plans(), st.integers(0, FRAMES - 1), st.booleans())
def test_every_track_is_hidden_or_shown_consistently(plan: Plan, frame: int, damaged: bool) -> None:
    hidden = {r.track for r in plan.regions_at(frame, damaged)}
    shown = {r.track for r in plan.shown_at(frame, damaged)}
    assert not hidden & shown
    for track in plan.tracks:
        if track.first <= frame <= track.last:
            assert (track.id in shown) == plan.shows(track, frame, damaged)
            assert track.id in hidden | shown
        spans = plan.shown_spans(track)
        assert any(a <= frame <= b for a, b in spans) == plan.shows(track, frame)
    if not damaged:
        # The audit takes a false alarm's word for no face that comes where it was only followed.
        alarms = {t.id for t in plan.tracks if t.action.unmasked}
        sure = {t.id for t in plan.tracks if plan.certain(t, frame)}
        judged = [r.track for r in Covers(plan, 0.1).kept(frame)]
        assert judged == sorted(n for n in shown if n not in alarms or n in sure)


@given(plans(), st.integers(0, FRAMES - 1))
def test_nothing_guessed_is_certain(plan: Plan, frame: int) -> None:
    for track in plan.tracks:
        here = track.at(frame)
        if here is None or here.state in (State.PADDED, State.HELD):
            assert not is_certain(track, frame, SOURCE.timeline)


@pytest.mark.parametrize("frame", [13, 16, 20, 25, 30, 34])
def test_a_damaged_frame_hides_a_tracks_places_before_and_after_it(frame: int) -> None:
    """For a moving track both places, but not beyond its own ends: it may not be there yet, or any
    more."""
    boxes = {n: Box(20 + 5 * n, 40, 60 + 5 * n, 90) for n in range(18, 31)}
    keys = tuple(Keyframe(n, box, D) for n, box in boxes.items())
    plan = plan_of(Track(1, Target.FACE, keys), unchecked=(frame,))
    (held,) = plan.regions_at(frame)
    for near in (max(18, frame - DAMAGE_REACH), min(30, frame + DAMAGE_REACH)):
        if abs(near - frame) <= DAMAGE_REACH:
            assert held.box.union(boxes[near]) == held.box, near


def test_a_decision_to_keep_ends_at_a_cut() -> None:
    """After a cut, the kept singer's track went on with a man in the audience, who was shown."""
    track = kept([D] * 30)
    keys = [k.but(score=0.9 if k.frame == 3 else 0.5) for k in track.keyframes]
    track = replace(track, keyframes=tuple(keys))
    plan = replace(plan_of(track), cuts=(12,))
    assert plan.shown_spans(track) == [(0, 11)], "where it is seen best"
    assert plan.to_confirm(track) == [(12, 29)]
    # A person who looks may say that it is the same one.
    said = replace(track, confirmed=(Confirmed(12, 20, True, "R. Roe"),))
    plan = plan.with_track(said)
    assert plan.shown_spans(said) == [(0, 20)] and plan.to_confirm(said) == [(21, 29)]


def test_nothing_is_sure_between_two_detections_on_either_side_of_a_cut() -> None:
    track = kept([D, D, D, B, B, D])
    assert plan_of(track).shown_spans(track) == [(0, 5)]
    plan = replace(plan_of(track), cuts=(5,))
    assert plan.shown_spans(track) == [(0, 2)]


def test_a_false_alarm_has_no_mask_in_any_intact_frame() -> None:
    """A bench used to stay painted over wherever it was only followed."""
    bench = replace(kept([P, D, *[F] * 9, D, P]), action=Action.FALSE_ALARM)
    plan = plan_of(bench, unchecked=(4,))
    assert [n for n in range(13) if plan.regions_at(n)] == [4]
    # Whoever comes where it was only carried on is a leak to the audit like any other.
    assert [n for n in range(13) if Covers(plan, 0.1).kept(n)] == [1, 11]


def test_a_person_found_twice_is_not_hidden_by_their_own_second_mask() -> None:
    """To join both tracks, as the page advises, used to leave more pictures hidden than before."""
    one, two = kept([D] * 10), kept([F] * 20, number=2)
    plan = plan_of(one, two)
    assert [n for n in range(10) if plan.regions_at(n)] == list(range(10))
    joined = plan.with_subjects((Subject((1, 2), Decision.KEEP),))
    assert [n for n in range(20) if joined.regions_at(n)] == list(range(10, 20))
    away = kept([F] * 20, number=2, box=Box(200, 40, 240, 90))
    apart = joined.with_subjects(joined.subjects, (one, away))
    assert [n for n in range(20) if apart.regions_at(n)] == list(range(20))


def test_a_track_confirmed_to_be_somebody_else_is_hidden_under_the_kept_one_too() -> None:
    """A person's word about one track counts more than a detector's about the other."""
    both = [kept([D] * 10, number=n) for n in (1, 2)]
    plan = plan_of(*both).with_subjects((Subject((1, 2), Decision.KEEP),))
    other = replace(plan.tracks[0], confirmed=(Confirmed(4, 6, False),))
    plan = plan.with_track(other)
    assert [n for n in range(10) if plan.regions_at(n)] == [4, 5, 6]


def test_a_guessed_mask_spares_a_surely_kept_face_except_in_damaged_frames() -> None:
    beside, lies_on_it = HERE.moved(30, 0), HERE.moved(0, 4)
    parts = (
        kept([D] * 10),
        kept([F] * 10, number=2, box=lies_on_it),  # shown, for another part is surely there
        kept([F] * 10, number=3, box=beside),
    )
    plan = plan_of(*parts).with_subjects((Subject((1, 2, 3), Decision.KEEP),))
    (guess,) = plan.regions_at(5)
    assert guess.track == 3 and guess.opened == (HERE,)
    for damaged in (plan.regions_at(5, damaged=True), with_damage(plan, [5]).regions_at(5)):
        assert len(damaged) == 3 and not any(region.opened for region in damaged)


def test_only_a_second_mask_of_the_same_kind_is_taken_for_the_same_face() -> None:
    head = replace(kept([F] * 10, number=2), target=Target.HEAD)
    plan = plan_of(kept([D] * 10), head).with_subjects((Subject((1, 2), Decision.KEEP),))
    assert [r.track for r in plan.regions_at(5)] == [2]


def test_damaged_frames_are_not_offered_for_confirmation() -> None:
    """They stay hidden whatever is confirmed."""
    track = kept([D] * 3 + [F] * 9)
    assert plan_of(track, unchecked=(1, 5)).to_confirm(track) == [(3, 4), (6, 11)]


def test_a_hidden_part_uncovers_nothing_of_a_kept_part() -> None:
    """Only a part that is itself shown proves that the kept person is there."""
    sure, guessed = kept([D] * 9, number=2), kept([F] * 9)
    plan = plan_of(guessed, sure)
    assert plan.with_subjects((Subject((1, 2), Decision.KEEP),)).regions_at(4) == []
    apart = Subject((1,), Decision.KEEP), Subject((2,), Decision.HIDE)
    for subjects in (apart, (Subject((1, 2), Decision.HIDE),), (Subject((1, 2)),)):
        assert [r.track for r in plan.with_subjects(subjects).regions_at(4)] == [1, 2]


def test_an_object_may_move_a_third_of_its_size_under_a_held_mask() -> None:
    """The usual step between two pictures; a mask is held for an object that was not detected."""
    keys = tuple(Keyframe(n, HERE, D) for n in range(5))
    (held,) = plan_of(Track(1, Target.FACE, keys), unchecked=(4,)).regions_at(4)
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        right, down = x * HERE.width / 3, y * HERE.height / 3
        moved = Box(HERE.x1 + right, HERE.y1 + down, HERE.x2 + right, HERE.y2 + down)
        assert held.box.contains(moved), (x, y)


def test_only_a_sure_mask_spares_a_shown_face() -> None:
    beside = Box(75, 40, 115, 90)
    other = replace(kept([D, P, D, D], number=2, box=beside), action=Action.REDACT, reason="")
    plan = plan_of(kept([D, D, P, D]), other)
    spared = [[r.spared for r in plan.regions_at(n) if r.track == 2] for n in range(4)]
    # A guessed box may be on the kept person; and where that person is not shown, nobody is.
    assert spared == [[(HERE,)], [()], [()], [(HERE,)]]
    damaged = replace(plan, unchecked=(0,))
    assert all(not r.spared for r in damaged.regions_at(0))
    # Nor if only drawing knows about the damage: the record contains what is drawn.
    assert plan.regions_at(0, damaged=True) == with_damage(plan, [0]).regions_at(0)
    assert all(not r.spared for r in plan.regions_at(0, damaged=True))
    assert all(not r.spared for r in plan_of(other).regions_at(0))


@given(
    states=st.lists(
        st.lists(st.sampled_from([D, F, P]), min_size=6, max_size=6), min_size=3, max_size=3
    ),
    places=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=3, unique=True
    ),
    said=st.sampled_from([None, True, False]),
)
def test_a_guess_about_a_kept_person_spares_only_their_own_sure_face(
    states: list[list[State]], places: list[tuple[int, int]], said: bool | None
) -> None:
    boxes = [Box(x, y, x + 40, y + 50) for x, y in places]
    one, two, other = (
        kept(list(runs), number=n + 1, box=box)
        for n, (runs, box) in enumerate(zip(states, boxes, strict=True))
    )
    if said is not None:
        two = replace(two, confirmed=(Confirmed(0, 5, said),))
    both = Subject((1, 2), Decision.KEEP)
    bare = plan_of(one, two, without_decision(other)).with_subjects((both,))
    apart = replace(bare, subjects=(), tracks=tuple(map(undecided, bare.tracks)))
    for frame in range(6):
        before = {r.track: r for r in apart.regions_at(frame)}
        for region in bare.regions_at(frame):
            was = replace(before[region.track], spared=region.spared)
            if region.track == 3:
                assert not region.opened and region == was
                continue
            own = {1: 2, 2: 1}[region.track]
            sure = next(t for t in bare.tracks if t.id == own)
            opened = set(region.opened)
            assert opened <= {sure.at(frame).box}
            assert not opened or (
                bare.shows(sure, frame) and bare.certain_or_confirmed(sure, frame)
            )
            assert replace(region, opened=()) == was
            if said is False and region.track == 2:
                assert not opened
