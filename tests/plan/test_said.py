"""What a person adds besides tracks: muted sound, who is one, what was looked at. And its file."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import PlanError
from redact.plan import (
    FindingNote,
    MutedSpan,
    Plan,
    ReviewState,
    SeenFrames,
    SeenSubject,
    Sound,
    Subject,
    dump_plan,
    edit,
    parse_plan,
    undecided,
)
from redact.types import Muted, Timeline

from .test_plan import FRAMES
from .test_shown import D, kept, plan_of

PLACE = (3, (1.0, 2.0, 30.0, 40.0))


def reviewed() -> Plan:
    """A plan with everything that a person can add."""
    tracks = [undecided(kept([D] * 5, number=number)) for number in (1, 2, 3)]
    return replace(
        plan_of(*tracks),
        subjects=(Subject((1, 3), name="client"), Subject((2,))),
        muted=(MutedSpan(250, 1000, Sound.TONE, "name", "R. Roe"),),
        review=ReviewState(
            "R. Roe",
            (SeenFrames("result", "still", ((0, 4), (9, FRAMES - 1))),),
            (SeenSubject(1, ((0, 3),)),),
            (FindingNote(1, "possible_leak", "person", 3, FRAMES - 1, (PLACE,), "none", "statue"),),
        ),
    )


def test_all_of_it_comes_back_from_the_file() -> None:
    plan = reviewed()
    assert parse_plan(dump_plan(plan), "p.json") == plan


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (["subjects", 0, "tracks"], [9, 1], "$.subjects[0].tracks: there is no track 9"),
        (["subjects", 0, "tracks"], [1, 9], "$.subjects[0].tracks: there is no track 9"),
        (["subjects", 1, "tracks"], [2, 3], "$.subjects[1].tracks: track 3 is in two subjects"),
        (["muted", 0, "end_ms"], 250, "$.muted[0].end_ms: the span ends before it begins"),
        (["review", "seen", 0, "frames"], [[0, FRAMES]], "do not rise within the clip"),
        (["review", "seen", 0, "frames"], [[5, 4]], "do not rise within the clip"),
        (["review", "seen", 0, "frames"], [[0, 4], [4, 6]], "do not rise within the clip"),
        (["review", "subjects", 0, "frames"], [[0, FRAMES]], "do not rise within the clip"),
        (["review", "findings", 0, "last"], FRAMES, "finding 1 lies outside the clip"),
        (["review", "findings", 0, "last"], 2, "finding 1 lies outside the clip"),
        (["review", "findings", 0, "places"], [[FRAMES, PLACE[1]]], "lies outside the clip"),
        (["review", "findings", 0, "places"], [[3, [5, 5, 4, 9]]], "is not a box"),
        (["review", "findings", 0, "places"], [[3, [5, 5, 9, 1e6]]], "is not a box"),
    ],
)
def test_what_contradicts_the_rest_of_the_plan_is_refused(
    path: list[Any], value: Any, named: str
) -> None:
    document = json.loads(dump_plan(reviewed()))
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(PlanError) as caught:
        parse_plan(json.dumps(document).encode(), "p.json")
    assert named in caught.value.message


def lasting(seconds: int) -> Plan:
    """A plan without tracks for a clip of a picture each second."""
    timeline = Timeline(Fraction(1), tuple(range(7, 7 + seconds)))
    return replace(plan_of(), source=replace(plan_of().source, timeline=timeline))


@given(start=st.floats(0, 100), length=st.floats(0.0001, 50))
def test_nothing_of_a_muted_span_is_left_at_either_end(start: float, length: float) -> None:
    (span,) = edit.mute(lasting(101), start, start + length).muted
    assert span.start <= start * 1000 < span.start + 1
    assert span.end - 1 < (start + length) * 1000 <= span.end


@pytest.mark.parametrize(
    ("start", "end"),
    [(2, 2), (3, 2), (-1, -2), (0, math.inf), (0, math.nan), (math.nan, 1)],
)
def test_what_is_no_span_is_not_muted(start: float, end: float) -> None:
    with pytest.raises(PlanError):
        edit.mute(plan_of(), start, end)


def test_muted_spans_are_numbered_in_order_of_time() -> None:
    plan = lasting(10)
    for start, end in ((5, 6), (1, 9), (1, 2)):
        plan = edit.mute(plan, start, end)
    assert [(m.start, m.end) for m in plan.muted] == [(1000, 2000), (1000, 9000), (5000, 6000)]
    assert [(m.start, m.end) for m in edit.unmute(plan, [1, 3]).muted] == [(1000, 9000)]
    for number in (0, 4):
        with pytest.raises(PlanError):
            edit.unmute(plan, [1, number])


def taken(plan: Plan) -> list[tuple[float, float]]:
    """What is silenced, seconds after the first picture; ± infinity for all that is there."""

    def seconds(time: Fraction) -> float:
        after = float(time - plan.source.timeline.time(0))
        return after if abs(after) < 1e6 else math.copysign(math.inf, after)

    return [(seconds(s.start), seconds(s.end)) for s in plan.muted_on_clock()]


def test_a_span_over_all_pictures_takes_out_all_sound() -> None:
    """The clip lasts ten seconds: its last picture comes at nine, and is shown for one. "From 0 to
    the end" left what was heard before the first picture."""
    plan, far = lasting(10), math.inf
    for end in (9, 9.5, 10, 1e8):
        assert taken(edit.mute(plan, 0, end)) == [(-far, far)]
    assert taken(edit.mute(plan, 0, 8.999)) == [(-far, 8.999)]
    assert taken(edit.mute(plan, 0.001, 10)) == [(0.001, far)]
    # Who names a time outside the pictures knows of the sound there.
    assert taken(edit.mute(plan, -0.85, 12.5)) == [(-0.85, 12.5)]
    assert taken(edit.mute(plan, -0.85, -0.2)) == [(-0.85, -0.2)]
    assert taken(edit.mute(plan, 11, 12)) == [(11, 12)]
    assert taken(edit.mute(lasting(1), 5, 6)) == [(5, 6)]


def test_a_clip_that_starts_late_is_silenced_where_it_was_said() -> None:
    """Spans are counted from the first picture, and taken out on the clock of the file."""
    plan = plan_of()
    late = Timeline(Fraction(1, 600), tuple(range(6000, 6800, 20)))  # ten seconds in
    plan = replace(plan, source=replace(plan.source, timeline=late))
    plan = replace(plan, muted=(MutedSpan(250, 1000),))
    assert plan.muted_on_clock() == (Muted(Fraction(41, 4), Fraction(11), "mute"),)
    assert replace(plan, muted=()).muted_on_clock() == ()
