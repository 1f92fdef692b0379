"""Risky moments: one ranking, short enough for a person to work through."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from redact.media import probe
from redact.plan import (
    Decision,
    FindingNote,
    Plan,
    ReviewState,
    SeenFrames,
    SeenSubject,
    Subject,
    decisions,
    marked,
    with_subjects,
)
from redact.review.looked_at import with_parts, with_seen
from redact.review.moments import (
    MOST_MOMENTS_A_MINUTE,
    SECONDS_BETWEEN_MOMENTS,
    Moment,
    risky_moments,
    subject_moments,
    undecided_moments,
)
from redact.review.overview import Overview
from redact.review.sights import SightsKept
from redact.types import Box, Doubt, Keyframe, Origin, State, Target

from ..pipeline.conftest import SAMPLE
from .plans import AWAY, HERE, plan_of, track


def ranking(plan: Plan) -> list[Moment]:
    kept = SightsKept()
    return risky_moments(
        plan, [m for t in plan.tracks for m in undecided_moments(plan, (t,), kept)]
    )


@given(
    st.lists(
        st.builds(
            Moment,
            st.integers(0, 1499),
            st.just("ends"),
            st.integers(1, 9),
            st.just(0),
            st.floats(0, 1, allow_nan=False),
        ),
        max_size=300,
    )
)
@settings(deadline=None)
def test_at_most_one_a_second_and_thirty_a_minute_the_likeliest_first(given: list[Moment]) -> None:
    plan = plan_of(frames=1500)  # a minute
    found = risky_moments(plan, given)
    assert len(found) <= MOST_MOMENTS_A_MINUTE
    times = sorted(plan.seconds(m.frame) for m in found)
    assert all(b - a >= SECONDS_BETWEEN_MOMENTS for a, b in itertools.pairwise(times))
    chances = [m.chance for m in found]
    assert chances == sorted(chances, reverse=True)
    if given:
        # The likeliest of all is always among them.
        assert max(m.chance for m in given) <= max(chances) + 1e-12


def test_fifteen_seconds_of_a_crowd_can_be_finished() -> None:
    """Every begin and end of every mask was one: 236 of them in fifteen seconds."""
    crowd = [
        track(n, (3 * n, 3 * n + 60, State.DETECTED, Box(40 + n, 60, 60 + n, 90)))
        for n in range(1, 100)
    ]
    assert 0 < len(ranking(plan_of(*crowd, frames=375))) <= 8


def test_where_nothing_points_to_anybody_a_person_looks_at_even_distances() -> None:
    """Of whoever was missed altogether a plan knows nothing, and no moment led there."""
    found = ranking(plan_of(track(1, (0, 300, State.DETECTED, AWAY)), frames=1500))
    times = sorted(m.frame / 25 for m in found)
    assert len(found) == MOST_MOMENTS_A_MINUTE and {m.why for m in found} == {"ends", "missed"}
    gaps = [b - a for a, b in itertools.pairwise([0.0, *times, 60.0])]
    assert max(gaps) <= 4


def test_who_walks_out_of_the_picture_comes_after_who_vanishes_in_its_midst() -> None:
    leaves = track(1, (0, 40, State.DETECTED, Box(0, 100, 50, 160)))
    vanishes = track(2, (0, 80, State.DETECTED, AWAY))
    plan, kept = plan_of(leaves, vanishes), SightsKept()
    (first,) = undecided_moments(plan, (vanishes,), kept)
    (second,) = undecided_moments(plan, (leaves,), kept)
    assert (first.track, first.frame, first.shown) == (2, 81, 80)
    assert first.chance > 3 * second.chance
    assert ranking(plan)[0] == first


def test_whoever_another_mask_goes_on_over_is_no_likely_leak() -> None:
    one = track(1, (0, 40, State.DETECTED, HERE))
    other = track(2, (30, 99, State.DETECTED, HERE))
    alone, both = (
        undecided_moments(plan, plan.tracks[:1], SightsKept())
        for plan in (plan_of(one), plan_of(one, other))
    )
    assert both[0].chance < alone[0].chance / 3


def test_nothing_is_asked_at_a_cut_or_at_the_ends_of_the_video() -> None:
    plan = plan_of(
        track(1, (0, 49, State.DETECTED, HERE)), track(2, (50, 99, State.DETECTED, HERE))
    )
    assert {m.why for m in ranking(replace(plan, cuts=(50,)))} == {"missed"}


def test_what_was_given_up_comes_by_its_probability_before_ends_of_masks() -> None:
    """It was in no plan, and half of what plans of real footage left open had been given up."""
    plan = plan_of(track(1, (0, 40, State.DETECTED, HERE)))
    likely, not_so = (Doubt(n, Target.FACE, AWAY, p) for n, p in ((70, 0.12), (99, 0.02)))
    found = ranking(replace(plan, doubts=(likely, not_so)))
    assert [(m.why, m.frame, m.track) for m in found[:2]] == [("doubted", 70, -1), ("ends", 41, 1)]


def test_the_end_of_what_follows_one_box_comes_before_all_but_findings() -> None:
    """Its mask goes as far as pixels carried it: nothing else is as likely to have gone astray, but
    for what the audit found. Where nothing points to anybody comes after all that is likely."""
    keys = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    drawn = replace(track(1, *keys), origin=Origin.MANUAL)
    ends = track(2, (0, 420, State.DETECTED, AWAY))
    kept = track(3, (200, 320, State.DETECTED, HERE))
    note = FindingNote(1, "possible_leak", "face", 600, 600, ((600, tuple(AWAY)),))
    plan = replace(
        plan_of(drawn, ends, kept, frames=1500),
        unchecked=(700,),
        review=ReviewState(findings=(note,)),
    )
    of_kept = subject_moments(Decision.KEEP, [], [(3, (200, 320))])
    of_others = [m for t in (drawn, ends) for m in undecided_moments(plan, (t,), SightsKept())]
    found = [m.why for m in risky_moments(plan, of_kept + of_others)]
    order = list(dict.fromkeys(found))
    assert max(m.chance for m in of_kept) < min(m.chance for m in of_others if m.why == "drawn")
    assert order == ["finding", "drawn", "visible", "damaged", "ends", "missed"]


def test_a_mask_that_follows_one_box_is_asked_about_until_it_was_looked_at() -> None:
    """It had gone over to a wall, and nothing led there: the pictures in which it went astray had
    been looked at before it was drawn."""
    box = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    drawn = replace(track(1, *box, (41, 80, State.FOLLOWED, AWAY)), origin=Origin.MANUAL)
    seen = (SeenFrames("outlines", "still", ((0, 99),)),)
    plan = with_subjects(plan_of(drawn))

    def asked(*looked: SeenSubject) -> dict[int, bool]:
        there = replace(plan, review=ReviewState(seen=seen, subjects=looked))
        told = Overview().changes(there)
        assert told["summary"]["moments_seen"] == sum(m[-1] for m in told["moments"])
        return {m[0]: m[-1] for m in told["moments"] if m[1] == "drawn"}

    assert asked() == {30: False, 80: False}
    assert asked(SeenSubject(1, ((75, 80),))) == {30: False, 80: True}
    # As a part of somebody who was chosen in all of these pictures, it was looked at in none.
    whole = replace(
        plan_of(track(1, (0, 20, State.DETECTED, HERE)), replace(drawn, id=2)),
        subjects=(Subject((1, 2)),),
    )
    plan, before = whole, SeenSubject(1, ((0, 99),))
    assert asked(before) == {30: False, 80: False}
    item = {"view": "outlines", "speed": "still", "frames": [80], "subject": 1}
    after = with_seen(ReviewState(subjects=(before,)), with_parts(whole, [item]), 100)
    assert asked(*after.subjects) == {30: False, 80: True}
    again = replace(drawn, keyframes=(*drawn.keyframes[:-1], Keyframe(80, HERE, State.MANUAL)))
    plan = with_subjects(plan_of(again))
    assert asked() == {}, "a person has said where it is"


def test_every_mask_that_follows_one_box_is_asked_about_though_they_end_together() -> None:
    """Of two that ended with a clip of two seconds, the page never led to the second."""
    keys = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    both = (replace(track(n, *keys), origin=Origin.MANUAL) for n in (1, 2))
    plan = with_subjects(plan_of(*both))
    told = Overview().changes(replace(plan, review=ReviewState()))
    assert sorted((m[0], m[2]) for m in told["moments"] if m[1] == "drawn") == [(30, 1), (30, 2)]


def test_what_is_hardly_a_leak_does_not_keep_a_person_from_the_rest_of_the_video() -> None:
    """Thirty walk out of the picture in the first half of a minute, where nobody is in the second;
    but what no network saw leaves no trace, and may be anywhere."""
    at_border = Box(0, 100, 50, 160)
    leaving = [
        track(n, (25 * n - 20, 25 * n, State.DETECTED, at_border))
        for n in range(1, MOST_MOMENTS_A_MINUTE + 1)
    ]
    found = ranking(plan_of(*leaving, frames=1500))
    assert sum(m.frame > 800 for m in found) >= MOST_MOMENTS_A_MINUTE / 3


def test_a_finding_comes_first_until_it_is_answered() -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, HERE)))
    note = FindingNote(1, "possible_leak", "face", 80, 84, ((80, tuple(AWAY)),))
    open_ = replace(plan, review=ReviewState(findings=(note,)))
    assert ranking(open_)[0].why == "finding"
    answered = marked(plan, note.but(answer="none", reason="a statue"))
    assert ranking(replace(plan, review=ReviewState(findings=(answered,))))[0].why != "finding"


def test_of_a_kept_one_it_is_asked_whether_it_is_still_the_same() -> None:
    plan = plan_of(track(1, (0, 60, State.DETECTED, HERE)))
    undecided = undecided_moments(plan, plan.tracks, SightsKept())
    assert {m.why for m in undecided} == {"ends"}
    kept = subject_moments(Decision.KEEP, undecided, [(1, (0, 60))])
    assert [(m.frame, m.why) for m in kept] == [(0, "visible"), (30, "visible"), (60, "visible")]
    assert subject_moments(Decision.FALSE_ALARM, undecided, []) == []


def test_what_was_answered_is_not_asked_again_and_the_count_does_not_fall() -> None:
    """Each decision made another ranking, and the number of those seen went back with it."""
    tracks = [
        track(n, (100 * n, 100 * n + 60, State.DETECTED, Box(60 * n, 60, 60 * n + 30, 90)))
        for n in range(1, 8)
    ]
    plan, memory, info = plan_of(*tracks, frames=1500), Overview(), probe(SAMPLE)
    told = memory.everything(plan, info)
    total = told["summary"]["moments"]
    frames = [row[0] for row in told["moments"] if row[2] in (2, 3)]
    assert len(frames) == 4
    review = memory.answered(plan, ReviewState(), frames, True)
    plan = replace(plan, review=review)
    told = memory.changes(plan)["summary"]
    assert (told["moments_seen"], told["moments_answered"], told["moments"]) == (4, 4, total)
    # Two of them are about somebody who is a false alarm now, and asks nothing any more.
    decided = decisions.decide(plan, [2], Decision.FALSE_ALARM)
    after = memory.changes(decided)
    assert after["summary"]["moments_seen"] == 4
    assert all(row[-1] for row in after["moments"] if row[0] in frames)
    back = memory.changes(plan)
    asked = {row[0]: row[-1] for row in back["moments"]}
    assert all(asked[frame] for frame in frames) and back["summary"]["moments_seen"] == 4
    # An answer can be taken back.
    rest = memory.answered(plan, review, frames[:1], False)
    assert len(rest.moments) == 3
    again = memory.changes(replace(plan, review=rest))
    assert not {row[0]: row[-1] for row in again["moments"]}[frames[0]]
    # A mask that ends elsewhere now is another question.
    (end,) = (row for row in told_of(memory, plan) if row[1] == "ends" and row[2] == 3)
    shorter = plan.with_track(replace(tracks[2], keyframes=tracks[2].keyframes[:-5]))
    (now,) = (row for row in told_of(memory, shorter) if row[1] == "ends" and row[2] == 3)
    assert (end[0] - now[0], end[-1], now[-1]) == (5, True, False)


def told_of(memory: Overview, plan: Plan) -> list[tuple[Any, ...]]:
    """Every moment of a plan, as the page is told of it."""
    return list(memory.changes(plan)["moments"])
