"""The tracks of a frame are found without searching all tracks, with the same result."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.mask_size import MARGIN, with_margin
from redact.plan import DAMAGE_REACH, Plan, SourceRef
from redact.plan.where_sure import is_certain
from redact.review.overview import masks_at
from redact.settings import DetectSettings
from redact.types import Action, Box, Keyframe, Region, State, Target, Timeline, Track

FRAMES = 5000
LINE = Timeline(Fraction(1, 30), tuple(range(FRAMES)))
SOURCE = SourceRef("clip.mp4", "0" * 64, 1, 320, 240, LINE)
FOUND_BY = DetectSettings((Target.FACE,))
HERE = Box(40, 40, 80, 90)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Tracks of one frame, of a whole clip and of all lengths between, with damage nearby."""
    tracks = []
    for number in range(1, 1 + draw(st.integers(0, 12))):
        first = draw(st.integers(0, FRAMES - 1))
        length = draw(st.integers(1, 3) | st.integers(1, 400) | st.integers(1, FRAMES))
        last = min(first + length, FRAMES) - 1
        between = draw(st.sets(st.integers(first, last), max_size=3))
        keys = [
            Keyframe(n, HERE.grown(n % 50 / 100), draw(st.sampled_from(State)))
            for n in sorted({first, last, *between})
        ]
        tracks.append(Track(number, Target.FACE, keys, draw(st.sampled_from(Action))))
    ends = [frame for t in tracks for frame in (t.first, t.last)] or [0]
    near = st.builds(int.__add__, st.sampled_from(ends), st.integers(-15, 15))
    unchecked = {n for n in draw(st.sets(near, max_size=6)) if 0 <= n < FRAMES}
    return Plan(SOURCE, FOUND_BY, tuple(tracks), unchecked=tuple(sorted(unchecked)))


def scanned(plan: Plan, frame: int, damaged: bool) -> Iterator[Region]:
    """The answer of `regions_at`, from a search of every track."""
    held = damaged or frame in plan.unchecked
    for track in plan.tracks:
        here = track.at(frame)
        if not plan.shows(track, frame, damaged):
            if held:
                here = plan._over_damage(track, frame, here)
            if here is not None:
                yield Region(track.id, track.target, here.box, here.state)


def frames_of(plan: Plan, data: st.DataObject) -> set[int]:
    """Any frame, and those at which tracks come into reach or leave it."""
    ends = {frame for track in plan.tracks for frame in (track.first, track.last)}
    reach = (0, 1, DAMAGE_REACH, DAMAGE_REACH + 1)
    edges = {end + sign * far for end in ends for sign in (-1, 1) for far in reach}
    return {*edges, *plan.unchecked, data.draw(st.integers(-20, FRAMES + 20))}


@given(plans(), st.data())
@settings(deadline=None)
def test_everything_hidden_or_shown_is_found_in_order(plan: Plan, data: st.DataObject) -> None:
    for frame in frames_of(plan, data):
        for damaged in (False, True):
            found = [replace(r, spared=()) for r in plan.regions_at(frame, damaged)]
            assert found == list(scanned(plan, frame, damaged))
            shown = [t for t in plan.tracks if plan.shows(t, frame, damaged)]
            assert [r.track for r in plan.shown_at(frame, damaged)] == [t.id for t in shown]
        assert plan.tracks_near(frame) == [
            t for t in plan.tracks if t.first - DAMAGE_REACH <= frame <= t.last + DAMAGE_REACH
        ]


@given(plans(), st.data())
@settings(deadline=None)
def test_the_page_gets_everybody_in_a_frame(plan: Plan, data: st.DataObject) -> None:
    for frame in frames_of(plan, data):
        hidden = list(scanned(plan, frame, False))
        expected, drawn = [], {}
        for track in plan.tracks:
            here: Keyframe | Region | None = track.at(frame)
            if not plan.shows(track, frame):
                here = next((r for r in hidden if r.track == track.id), None)
            if here is not None:
                said = track.confirmed_at(frame)
                sure = is_certain(track, frame, LINE) if said is None else said.same
                expected.append((track.id, sure))
                drawn[track.id] = with_margin(here.box, MARGIN, track.target)
        told = masks_at(plan, frame, MARGIN)
        assert [(m["track"], m["sure"]) for m in told] == expected
        for mask in told:
            assert mask["at"] == pytest.approx(drawn[mask["track"]], abs=0.01)


def same(plan: Plan) -> Plan:
    return pickle.loads(pickle.dumps(plan))  # type: ignore[no-any-return]


@pytest.mark.parametrize("copied", [same, copy.copy, copy.deepcopy, replace])
@given(plan=plans())
@settings(deadline=None, max_examples=20)
def test_queries_do_not_change_a_plan(copied: Callable[[Plan], Plan], plan: Plan) -> None:
    before, size, said = hash(plan), len(pickle.dumps(plan)), repr(plan)
    regions = plan.regions_at(100)
    assert (hash(plan), len(pickle.dumps(plan)), repr(plan)) == (before, size, said)
    other = copied(plan)
    assert other == plan and hash(other) == before
    assert other.regions_at(100) == regions
    with pytest.raises(AttributeError):
        plan.tracks = ()  # type: ignore[misc]


def test_a_changed_plan_is_queried_anew() -> None:
    plan = Plan(SOURCE, FOUND_BY, ())
    assert plan.regions_at(9) == []
    keys = (Keyframe(9, HERE, State.DETECTED),)
    added = plan.with_track(Track(1, Target.FACE, keys))
    assert [r.track for r in added.regions_at(9)] == [1]
    assert replace(added, tracks=()).regions_at(9) == []


def crowd(people: int) -> Plan:
    """A new track every six frames, each of sixty frames, so that ten are in view."""
    line = Timeline(Fraction(1, 30), tuple(range(6 * people + 60)))
    tracks = tuple(
        Track(n + 1, Target.FACE, [Keyframe(6 * n + k, HERE, State.DETECTED) for k in (0, 59)])
        for n in range(people)
    )
    return Plan(replace(SOURCE, timeline=line), FOUND_BY, tracks)


@pytest.mark.slow
@pytest.mark.parametrize("damaged", [False, True])
def test_a_long_clip_costs_no_more_for_each_frame(damaged: bool) -> None:
    """Processor time, the least of several runs: other work on the machine does not count."""
    costs = {}
    for people in (100, 10_000):
        plan, least = crowd(people), float("inf")
        plan.regions_at(0)
        for _ in range(5):
            start = time.process_time()
            for frame in range(0, 600, 3):
                plan.regions_at(frame, damaged)
            least = min(least, time.process_time() - start)
        costs[people] = least
    assert costs[10_000] < 3 * costs[100], costs
