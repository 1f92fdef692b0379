"""Subjects decide, and tracks derive; and so it is read from plans of earlier versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

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
    with_subjects,
)
from redact.settings import OptionalNetwork
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
def test_whatever_is_decided_tracks_say_what_their_subjects_do(
    plan: Plan, asked: list[tuple[int, Decision, str]]
) -> None:
    for which, decision, reason in asked:
        if plan.tracks:
            number = plan.tracks[which % len(plan.tracks)].id
            plan = decisions.decide(plan, [number], decision, Decided(reason, "R. Roe", WHEN))
            subject = subject_of(plan, number)
            assert subject.decision is decision
            for part in subject.tracks:
                assert said(plan, part) == subject.told
            assert (subject.reason, subject.by_person) == (
                reason if decision is not Decision.NONE else "",
                decision is not Decision.NONE,
            )
    assert parse_plan(dump_plan(plan), "p.json") == plan


def test_a_decision_about_one_part_is_one_about_all() -> None:
    pair = plan_of(*(undecided(kept([D] * 5, number=n, first=6 * (n - 1))) for n in (1, 2)))
    plan = decisions.change(pair, [2], Decision.KEEP, reason="client", by="R. Roe", at=WHEN)
    assert said(plan, 1) == said(plan, 2) == (Action.KEEP, "client", "R. Roe", WHEN)
    again = decisions.change(plan, [1], Decision.HIDE)
    assert said(again, 2) == (Action.REDACT, "", "", "")
    assert subject_of(again, 2).by_person and not subject_of(pair, 2).by_person


def test_a_track_that_says_something_else_than_its_subject_is_an_error() -> None:
    """It would be undone without a word: whom a program hid again would still be seen."""
    plan = plan_of(kept([D] * 5))
    hidden = undecided(plan.tracks[0])
    with pytest.raises(ValueError, match="decisions"):
        plan.with_track(hidden)
    with pytest.raises(ValueError, match="subject"):
        replace(plan, tracks=(replace(hidden, action=Action.FALSE_ALARM),))


def earlier(plan: Plan, tracks: dict[int, dict[str, Any]], *subjects: dict[str, Any]) -> bytes:
    """The file that an earlier version wrote."""
    document = json.loads(dump_plan(plan))
    document |= {"format_version": 1, "subjects": list(subjects)}
    for track in document["tracks"]:
        nothing = {"action": "redact", "reason": "", "decided_by": ""}
        track |= nothing | tracks.get(track["id"], {})
    return json.dumps(document).encode()


def three() -> Plan:
    tracks = (undecided(kept([D] * 3 + [F] * 9, number=n, first=9 * (n - 1))) for n in (1, 2, 3))
    return plan_of(*tracks)


def test_of_a_plan_of_an_earlier_version_nothing_that_was_decided_is_lost() -> None:
    told = {
        1: {"action": "keep", "reason": "client", "decided_by": "R. Roe", "decided_at": WHEN},
        2: {"action": "redact", "reason": "third party", "decided_by": "J. Doe"},
        3: {"action": "false-alarm", "reason": "cut off by hand", "decided_by": "S. Poe"},
    }
    whole = {"tracks": [1, 2, 3], "decision": "keep", "name": "Her"}
    for subjects in ((), (whole,), ({"tracks": [1]}, {"tracks": [2, 3], "decision": "hide"})):
        plan = parse_plan(earlier(three(), told, *subjects), "p.json")
        assert said(plan, 1) == (Action.KEEP, "client", "R. Roe", WHEN)
        assert said(plan, 2) == (Action.REDACT, "third party", "J. Doe", "")
        assert said(plan, 3) == (Action.CUT_OFF, "", "S. Poe", "")
        assert all(subject_of(plan, n).by_person for n in (1, 2, 3))
        assert {s.name for s in plan.subjects} == ({"Her"} if whole in subjects else {""})
        assert parse_plan(dump_plan(plan), "p.json") == plan


def test_a_plan_of_an_earlier_version_says_which_network_was_left_out() -> None:
    document = json.loads(earlier(three(), {}))
    document["settings"]["centerface"] = False
    plan = parse_plan(json.dumps(document).encode(), "p.json")
    assert plan.settings.without == (OptionalNetwork.CENTERFACE,)


def test_parts_that_an_earlier_version_kept_together_stay_one_with_both_reasons() -> None:
    told = {
        1: {"action": "keep", "reason": "client", "decided_by": "R. Roe"},
        2: {"action": "keep", "reason": "agreed", "decided_by": "R. Roe", "decided_at": WHEN},
    }
    both = {"tracks": [1, 2], "decision": "keep"}
    plan = parse_plan(earlier(three(), told, both), "p.json")
    assert said(plan, 1) == said(plan, 2) == (Action.KEEP, "client; agreed", "R. Roe", WHEN)
    assert [s.tracks for s in plan.subjects] == [(1, 2)]


def test_nobody_decided_about_what_nobody_decided_about_earlier() -> None:
    plan = parse_plan(earlier(three(), {}, {"tracks": [1, 2]}), "p.json")
    assert [s for s in plan.subjects if s.by_person] == []
    assert with_subjects(plan).subjects == (Subject((1, 2)), Subject((3,)))


def test_what_was_confirmed_for_another_decision_is_not_for_this_one() -> None:
    seen = Confirmed(0, 4, True, "R. Roe", WHEN)
    plan = plan_of(replace(kept([F] * 5), confirmed=(seen,)))
    assert plan.regions_at(2) == []
    for between in (Decision.HIDE, Decision.FALSE_ALARM, Decision.NONE):
        again = decisions.decide(decisions.decide(plan, [1], between), [1], Decision.KEEP)
        assert again.regions_at(2), between
    assert decisions.decide(plan, [1], Decision.KEEP).regions_at(2) == []
