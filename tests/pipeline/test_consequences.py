"""The consequences of a decision to keep somebody are described as they will be drawn, with those
who may be mistaken for the person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.pipeline import covering, mistakable
from redact.plan import Decision, Plan
from redact.plan.decisions import decide
from redact.render import visible_share
from redact.types import WHOLE_SHARE, Box, State, Target, Track

from ..review.plans import HERE, plan_of, track

D, F, P = State.DETECTED, State.FOLLOWED, State.PADDED
MARGIN = 0.2


def kept(*tracks: Track) -> Plan:
    return decide(plan_of(*tracks), [1], Decision.KEEP)


stretches = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([D, F]), st.sampled_from([0, 15, 30, 90])),
    min_size=1,
    max_size=3,
)


@given(stretches)
def test_a_kept_person_counts_as_covered_where_masks_leave_too_little_visible(
    others: list[tuple[int, State, int]],
) -> None:
    one = track(1, (0, 12, D, HERE), (13, 30, F, HERE))
    masks = [
        track(n, (5 + first, 9 + first, state, HERE.moved(right, 0)))
        for n, (first, state, right) in enumerate(others, 2)
    ]
    plan = kept(one, *masks)
    told = covering(plan, frozenset([1]), MARGIN)[1]
    covered = {frame for frames in told.values() for frame in frames}
    for frame in range(31):
        shown = [region for region in plan.shown_at(frame) if region.track == 1]
        hidden = plan.regions_at(frame)
        free = min((visible_share(region, hidden, MARGIN) for region in shown), default=1.0)
        assert (frame in covered) == (free < WHOLE_SHARE)
        for other in hidden:
            blamed = frame in told.get(other.track, [])
            mine = bool(shown) and visible_share(shown[0], [other], MARGIN) < 1
            assert blamed == (frame in covered and mine)


@pytest.mark.parametrize(
    ("other", "warned"),
    [
        (track(2, (30, 60, D, HERE)), True),
        (track(2, (20, 31, D, HERE)), False),  # two pictures: they brush
        (track(2, (30, 60, F, HERE)), False),  # nobody is seen there
        (track(2, (30, 60, D, HERE.moved(30, 0))), False),  # beside
        (track(2, (0, 60, D, HERE)), False),  # one person, seen twice
        (track(2, (30, 60, D, HERE), target=Target.PLATE), False),
        (track(2, (30, 60, D, Box(90, 90, 170, 190))), True),  # a guess may be larger
    ],
    ids=["he is seen", "brush", "not seen", "beside", "one person", "a plate", "larger"],
)
def test_it_names_people_whom_a_kept_track_may_have_been_chosen_on(
    other: Track, warned: bool
) -> None:
    plan = kept(track(1, (0, 29, D, HERE), (30, 60, F, HERE)), other)
    told = list(mistakable(plan, [1]))
    assert len(told) == warned
    assert all("track 1 lies on track 2 at 0:01.2–0:02.4" in line for line in told)
    assert not list(mistakable(replace(plan, tracks=plan.tracks[:1]), [1]))
