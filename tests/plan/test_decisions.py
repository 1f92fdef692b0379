"""Subjects hold the decisions, and tracks derive theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import (
    Decision,
    Plan,
    Subject,
    decisions,
    dump_plan,
    parse_plan,
    subject_of,
    undecided,
)
from redact.types import Action, Confirmed, Decided, State

from .test_plan import plans
from .test_shown import kept, plan_of

D, F = State.DETECTED, State.FOLLOWED
WHEN = "2026-05-06T07:08:09.000000Z"


def said(plan: Plan, number: int) -> tuple[Action, str, str, str]:
    track = next(t for t in plan.tracks if t.id == number)
    return track.action, track.reason, track.decided_by, track.decided_at


@given(
    plans(),
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(Decision), st.sampled_from(["", "why"])),
        max_size=6,
    ),
)
def test_tracks_always_agree_with_their_subjects(
    plan: Plan, asked: list[tuple[int, Decision, str]]
) -> None:
    for which, decision, reason in asked:
        if plan.tracks:
            number = plan.tracks[which % len(plan.tracks)].id
            plan = decisions.decide(plan, [number], decision, Decided(reason, "R. Roe", WHEN))
            subject = subject_of(plan, number)
            assert subject.decision is decision
            for part in subject.tracks:
                assert said(plan, part) == (subject.decision.action, *subject.said[:3])
            assert (subject.reason, subject.by_person) == (
                reason if decision is not Decision.NONE else "",
                decision is not Decision.NONE,
            )
    assert parse_plan(dump_plan(plan), "p.json") == plan


def test_a_decision_about_one_track_applies_to_its_whole_subject() -> None:
    tracks = (undecided(kept([D] * 5, number=n, first=6 * (n - 1))) for n in (1, 2))
    pair = plan_of(*tracks).with_subjects([Subject((1, 2))])
    plan = decisions.change(pair, [2], Decision.KEEP, reason="client", by="R. Roe", at=WHEN)
    assert said(plan, 1) == said(plan, 2) == (Action.KEEP, "client", "R. Roe", WHEN)
    again = decisions.change(plan, [1], Decision.HIDE)
    assert said(again, 2) == (Action.REDACT, "", "", "")
    assert subject_of(again, 2).by_person and not subject_of(pair, 2).by_person


def test_a_track_that_contradicts_its_subject_is_an_error() -> None:
    """Otherwise it would be overruled silently: somebody whom a program hid again would stay
    visible."""
    plan = plan_of(kept([D] * 5))
    hidden = undecided(plan.tracks[0])
    with pytest.raises(ValueError, match="decisions"):
        plan.with_track(hidden)
    with pytest.raises(ValueError, match="subject"):
        replace(plan, tracks=(replace(hidden, action=Action.FALSE_ALARM),))


def test_a_confirmation_does_not_carry_over_to_another_decision() -> None:
    seen = Confirmed(0, 4, True, "R. Roe", WHEN)
    plan = plan_of(replace(kept([F] * 5), confirmed=(seen,)))
    assert plan.regions_at(2) == []
    for between in (Decision.HIDE, Decision.FALSE_ALARM, Decision.NONE):
        again = decisions.decide(decisions.decide(plan, [1], between), [1], Decision.KEEP)
        assert again.regions_at(2), between
    assert decisions.decide(plan, [1], Decision.KEEP).regions_at(2) == []
