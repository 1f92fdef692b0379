"""Risky moments on the page: a reviewed or answered one is not asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from redact.media import probe
from redact.plan import (
    Decision,
    Plan,
    ReviewState,
    SeenFrames,
    decisions,
    with_all_subjects,
)
from redact.review import page_edits
from redact.review.overview import Overview
from redact.types import Box, Keyframe, Origin, State, Track

from ..pipeline.conftest import SAMPLE
from .plans import AWAY, HERE, plan_of, track


def test_a_followed_box_is_a_risky_moment_until_its_mark_was_in_view() -> None:
    """The mask had gone astray to a wall, and no moment led there: these pictures had been reviewed
    before the box was drawn."""
    box = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    drawn = replace(track(1, *box, (41, 80, State.FOLLOWED, AWAY)), origin=Origin.MANUAL)
    seen = ReviewState(seen=(SeenFrames("outlines", "still", ((0, 99),)),))
    plan, memory = with_all_subjects(plan_of(drawn)), Overview()

    def asked(review: ReviewState) -> dict[int, bool]:
        told = memory.changes(replace(plan, review=review))
        assert told["summary"]["moments_seen"] == sum(m["seen"] for m in told["moments"])
        return {m["frame"]: m["seen"] for m in told["moments"] if m["why"] == "drawn"}

    assert asked(seen) == {30: False, 80: False}, "its picture alone is no look at it"
    after = memory.with_moments(plan, seen, [(80, "drawn", 1)])
    assert asked(after) == {30: False, 80: True}
    again = replace(drawn, keyframes=(*drawn.keyframes[:-1], Keyframe(80, HERE, State.MANUAL)))
    plan = with_all_subjects(plan_of(again))
    assert asked(seen) == {}, "a person has said where it is"


def test_moments_do_not_breed_by_own_decisions() -> None:
    """Of somebody who sits, the page asked 1, 4, 11, 5, 12 times whether it was still the same."""
    sure, guess = State.DETECTED, State.FOLLOWED
    walks = Box(300, 100, 350, 160), Box(500, 100, 550, 160)
    sits = track(1, (0, 20, sure, HERE), (21, 30, guess, HERE), (31, 60, sure, HERE))
    goes = track(2, (0, 20, sure, walks[0]), (21, 60, sure, walks[1]))
    plan, memory = with_all_subjects(plan_of(sits, goes)), Overview()

    def asked(plan: Plan) -> list[tuple[int, int]]:
        told = memory.changes(plan)["moments"]
        return sorted((m["track"], m["frame"]) for m in told if not m["seen"])

    assert asked(plan) == []
    kept = decisions.decide(plan, [1, 2], Decision.KEEP)
    assert asked(kept) == [(1, 60), (2, 0), (2, 60)] or len(asked(kept)) <= 3
    before = asked(kept)
    review = memory.with_moments(kept, ReviewState(), [(n, "visible", t) for t, n in before])
    done = replace(kept, review=review)
    assert asked(done) == []
    # What a person confirms, and where they cut, brings no new question about who stays.
    looked = SeenFrames("outlines", "still", ((0, 99),))
    done = replace(done, review=review.but(seen=(looked,)))
    confirmed = page_edits.confirm(done, 1, range(21, 31), True)
    assert asked(confirmed) == []
    for last in (58, 50, 40):
        assert asked(page_edits.span(confirmed, 1, 0, last)) == []
    assert asked(page_edits.split(confirmed, 1, 30)) == []


def test_every_followed_box_is_a_moment_even_if_they_end_together() -> None:
    """Of two that ended with a clip of two seconds, the page never led to the second."""
    keys = ((30, 39, State.FOLLOWED, HERE), (40, 40, State.MANUAL, HERE))
    both = (replace(track(n, *keys), origin=Origin.MANUAL) for n in (1, 2))
    plan = with_all_subjects(plan_of(*both))
    memory = Overview()
    told = memory.changes(replace(plan, review=ReviewState()))
    drawn = [m for m in told["moments"] if m["why"] == "drawn"]
    assert sorted((m["frame"], m["track"]) for m in drawn) == [(30, 1), (30, 2)]
    # Whoever has seen the mark of one has not seen that of the other.
    review = memory.with_moments(plan, ReviewState(), [(30, "drawn", 1)])
    again = memory.changes(replace(plan, review=review))["moments"]
    assert {m["track"]: m["seen"] for m in again if m["why"] == "drawn"} == {1: True, 2: False}


def test_a_seen_moment_is_not_asked_again_and_the_count_does_not_fall() -> None:
    """Each decision changed the ranking, and the number of reviewed moments went back with it."""
    tracks = [followed(n) for n in range(1, 8)]
    plan, memory, info = plan_of(*tracks, frames=1500), Overview(), probe(SAMPLE)
    told = memory.everything(plan, info)
    total = told["summary"]["moments"]
    these = [m for m in told["moments"] if m["track"] in (2, 3)]
    frames, which = [m["frame"] for m in these], [(m["frame"], m["why"], m["track"]) for m in these]
    assert len(frames) == 4
    review = memory.with_moments(plan, ReviewState(), which)
    plan = replace(plan, review=review)
    told = memory.changes(plan)["summary"]
    assert (told["moments_seen"], told["moments"]) == (4, total)
    # Two of them are about somebody who is a false alarm now, and asks nothing any more.
    decided = decisions.decide(plan, [2], Decision.FALSE_ALARM)
    after = memory.changes(decided)
    assert after["summary"]["moments_seen"] == 4
    assert all(m["seen"] for m in after["moments"] if m["frame"] in frames)
    back = memory.changes(plan)
    asked = {m["frame"]: m["seen"] for m in back["moments"]}
    assert all(asked[frame] for frame in frames) and back["summary"]["moments_seen"] == 4
    # A mask that ends elsewhere now is another question.
    end = end_of_the_third(memory, plan)
    shorter = plan.with_track(replace(tracks[2], keyframes=tracks[2].keyframes[:-5]))
    now = end_of_the_third(memory, shorter)
    assert (end["frame"] - now["frame"], end["seen"], now["seen"]) == (5, True, False)


def end_of_the_third(memory: Overview, plan: Plan) -> dict[str, Any]:
    """The moment at which the mask of track 3 ends, as sent to the page."""
    own = [m for m in memory.changes(plan)["moments"] if m["track"] == 3]
    return dict(max(own, key=lambda m: m["frame"]))


def followed(n: int) -> Track:
    """A mask that follows one drawn box, and may have drifted at either end."""
    box, begin = Box(60 * n, 60, 60 * n + 30, 90), 100 * n
    spans = [(0, 29, State.FOLLOWED), (30, 30, State.MANUAL), (31, 60, State.FOLLOWED)]
    made = track(n, *((begin + first, begin + last, state, box) for first, last, state in spans))
    return replace(made, origin=Origin.MANUAL)
