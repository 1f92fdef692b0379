"""Risky moments: one list, ranked by one probability, and empty if nothing points to anybody."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Decision, FindingNote, ReviewState, marked
from redact.risk import (
    SECONDS_BETWEEN_MOMENTS,
    WORTH_A_LOOK,
    Moment,
    moments_worth_a_look,
    risky_moments,
    subject_moments,
)
from redact.types import Doubt, Keyframe, Origin, State, Target, Track

from ..review.plans import AWAY, HERE, plan_of, track

SURE = {"bias": 0.0}
"""Everything is as likely as not."""


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
def test_at_most_one_moment_a_second_the_most_probable_first_and_only_worthwhile_ones(
    given: list[Moment],
) -> None:
    plan = plan_of(frames=1500)
    found = risky_moments(plan, given)
    times = sorted(plan.seconds(m.frame) for m in found)
    assert all(b - a >= SECONDS_BETWEEN_MOMENTS for a, b in itertools.pairwise(times))
    chances = [m.chance for m in found]
    assert chances == sorted(chances, reverse=True)
    # Each moment that is worth a look is listed or beside a listed one; no other is.
    told = [m.frame for one in found for m in (one, *one.beside)]
    assert sorted(told) == sorted(m.frame for m in given if m.chance >= WORTH_A_LOOK)


def test_moments_seen_together_add_up() -> None:
    plan = plan_of(frames=1500)
    (one,) = risky_moments(plan, [Moment(n, "ends", n, n, p) for n, p in ((10, 0.5), (20, 0.2))])
    assert one.frame == 10 and one.chance == pytest.approx(1 - 0.5 * 0.8)


def test_several_unmasked_people_are_together_worth_a_look() -> None:
    """Each one was just below the limit, so that an unmasked crowd had no moment at all."""
    plan = plan_of(frames=1500)
    each = WORTH_A_LOOK * 0.6
    crowd = [Moment(700 + n, "body", -1 - n, 700 + n, each) for n in (0, 3, 6)]
    (one,) = risky_moments(plan, crowd)
    assert one.chance == pytest.approx(1 - (1 - each) ** 3) and len(one.beside) == 2
    assert risky_moments(plan, crowd[:1]) == [], "one alone"
    again = [Moment(m.frame, "body", -1, 700, each) for m in crowd]
    assert risky_moments(plan, again) == [], "one person, seen three times"
    both = [Moment(700, "doubted", -1, 700, each, HERE), Moment(703, "body", -2, 703, each, HERE)]
    assert risky_moments(plan, both) == [], "the face and the body of one person"
    beside = replace(both[1], box=AWAY)
    assert len(risky_moments(plan, [both[0], beside])) == 1, "two people"
    far = [Moment(100 * n, "body", -1 - n, 0, each) for n in (1, 2, 3)]
    assert risky_moments(plan, far) == [], "one after the other"
    ends = [Moment(700 + n, "ends", n, 700, each) for n in (1, 2, 3)]
    assert risky_moments(plan, ends) == [], "their masks end"
    beside = risky_moments(plan, [*crowd, Moment(703, "finding", 0, 703, 0.9)])
    assert [(m.why, len(m.beside)) for m in beside] == [("finding", 3)]


def test_places_that_are_masked_by_now_are_left_out() -> None:
    doubt = Doubt(70, Target.FACE, AWAY, 0.4)
    bare = replace(plan_of(), doubts=(doubt,))
    assert [m.why for m in moments_worth_a_look(bare, SURE)] == ["doubted"]
    drawn = Track(1, Target.FACE, (Keyframe(70, AWAY, State.MANUAL),), origin=Origin.MANUAL)
    assert "doubted" not in {
        m.why for m in moments_worth_a_look(replace(bare, tracks=(drawn,)), SURE)
    }


def test_a_finding_comes_first_until_it_is_answered() -> None:
    plan = plan_of(track(1, (0, 40, State.DETECTED, HERE)))
    note = FindingNote(1, "possible_leak", "face", 80, 84, ((80, tuple(AWAY)),))
    asked = replace(plan, review=ReviewState(findings=(note,)))
    assert moments_worth_a_look(asked, SURE)[0].why == "finding"
    answered = marked(plan, note.but(answer="none", reason="a statue"))
    again = moments_worth_a_look(replace(plan, review=ReviewState(findings=(answered,))), SURE)
    assert again == []


def test_the_end_of_a_followed_box_is_a_moment() -> None:
    """Its mask goes as far as the pixels carried it."""
    keys = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    both = [replace(track(n, *keys), origin=Origin.MANUAL) for n in (1, 2)]
    # Each of two that end together: the page never led to the second.
    found = moments_worth_a_look(plan_of(*both), {"bias": -9.0})
    assert sorted((m.frame, m.track) for m in found if m.why == "drawn") == [(30, 1), (30, 2)]
    again = replace(both[0], keyframes=(*both[0].keyframes[1:], Keyframe(41, HERE, State.MANUAL)))
    assert moments_worth_a_look(plan_of(again), {"bias": -9.0}) == [], (
        "a person has said where it is"
    )


def test_for_a_kept_subject_the_question_is_whether_it_is_still_the_same() -> None:
    plan = plan_of(track(1, (0, 60, State.DETECTED, HERE)))
    assert subject_moments(Decision.NONE, plan.tracks, []) == []
    kept = subject_moments(Decision.KEEP, plan.tracks, [(1, (0, 60))])
    assert [(m.frame, m.why) for m in kept] == [(60, "visible")], "asked once of who stays"
    assert all(m.chance >= WORTH_A_LOOK for m in kept)
    assert subject_moments(Decision.FALSE_ALARM, plan.tracks, []) == []
