"""The plan of an excerpt hides at least what the plan of the whole hides there, and shows nobody
whom that does not show."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import (
    ALL_SOUND,
    Decision,
    FoundText,
    MutedSpan,
    Plan,
    ReviewState,
    SeenFrames,
    SeenMoment,
    Subject,
    dump_plan,
    excerpt_of,
    parse_plan,
)
from redact.types import Box, Confirmed, Keyframe, KeyPicture, State, Target, Track

from .test_plan import FRAMES, SOURCE, plans
from .test_shown import B, D, F, kept, plan_of

spans = st.tuples(st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1)).map(sorted)


@given(plans(), spans)
def test_nobody_is_open_at_the_cut(plan: Plan, span: list[int]) -> None:
    first, last = span
    part = excerpt_of(plan, first, last)
    assert len(part.source.timeline) == last - first + 1
    for frame in range(first, last + 1):
        there = part.regions_at(frame - first)
        for region in plan.regions_at(frame):
            if SOURCE.holds(region.box):
                assert any(
                    other.target is region.target
                    and other.box.contains(region.box, slack=1e-6)
                    and other.silhouette in (None, region.silhouette)
                    for other in there
                ), (frame, region)
        shown = {region.track for region in plan.shown_at(frame)}
        assert {region.track for region in part.shown_at(frame - first)} <= shown


def test_who_was_kept_up_to_a_cut_is_held_over_damage_after_it() -> None:
    """The excerpt has the track in two parts, and neither reaches as far as both together."""
    boxes = [Box(0, 0, 40, 40)] * 3 + [Box(0, 40, 40, 80)]
    keys = tuple(Keyframe(n, box, State.DETECTED) for n, box in enumerate(boxes))
    track = replace(kept([D]), keyframes=keys)
    whole = replace(plan_of(track, unchecked=(13,)), cuts=(3,))
    (region,) = whole.regions_at(13)
    there = excerpt_of(whole, 0, 26).regions_at(13)
    assert any(other.box.contains(region.box, slack=1e-6) for other in there)


@given(plans(), spans)
def test_it_is_a_plan_like_any_other(plan: Plan, span: list[int]) -> None:
    part = excerpt_of(plan, *span)
    assert parse_plan(dump_plan(part), "p.json") == part
    again = excerpt_of(excerpt_of(plan, span[0], FRAMES - 1), 0, span[1] - span[0])
    assert (again.source, again.cuts) == (part.source, part.cuts)


def test_of_a_kept_person_only_the_shot_with_the_best_picture_stays_kept() -> None:
    """Whoever is tracked beyond the scene cut may be somebody else; the excerpt has no cut."""
    sure = replace(
        kept([D] * 20),
        keyframes=tuple(
            Keyframe(n, Box(40, 40, 80, 90), State.DETECTED, 0.9 if n < 10 else 0.5)
            for n in range(20)
        ),
    )
    plan = replace(plan_of(sure), cuts=(10,))
    assert plan.shown_spans(plan.tracks[0]) == [(0, 9)]
    part = excerpt_of(plan, 12, 19)
    assert all(part.regions_at(frame) for frame in range(8))
    assert not any(part.shown_at(frame) for frame in range(8))


@pytest.mark.parametrize("between", [B, F])
def test_a_kept_person_is_visible_at_the_cut_as_in_the_whole(between: State) -> None:
    plan = plan_of(kept([D, between, between, between, D, between, D, D, between, between, D]))
    for first, last in ((0, 10), (2, 8), (3, 9), (1, 5)):
        part = excerpt_of(plan, first, last)
        for frame in range(first, last + 1):
            assert bool(part.shown_at(frame - first)) == bool(plan.shown_at(frame)), (first, frame)


def test_what_a_person_drew_said_and_saw_goes_along() -> None:
    keys = tuple(Keyframe(n, Box(10, 10, 50, 50), State.FOLLOWED) for n in (0, 30))
    changes = (
        KeyPicture(4, (0.0, 0.0, 1.0, 0.0)),
        KeyPicture(24, (0.0, 0.0, 2.0, 0.0), evenly=True),
    )
    said = (Confirmed(5, 12, True, "me"), Confirmed(1, 3, False))
    track = Track(7, Target.FACE, keys, confirmed=said, key_pictures=changes)
    seen = ReviewState(
        "me",
        (SeenFrames("outlines", "still", ((0, 11), (20, 30))),),
        moments=(
            SeenMoment(3, "gap", 7),
            SeenMoment(15, "gap", 7, ((16, "end", 7), (2, "end", 7))),
        ),
    )
    text = FoundText(1, ("EXIT",), False, 0.9, 2, ((0, Box(1, 1, 9, 9)), (20, Box(21, 1, 29, 9))))
    plan = replace(
        plan_of(track),
        review=seen,
        texts=(text,),
        subjects=(Subject((7,), Decision.KEEP, "her", "client", "me"),),
    )
    part = excerpt_of(plan, 10, 20)
    (left,) = part.tracks
    for frame in range(10, 21):
        assert left.at(frame - 10) == plan.tracks[0].at(frame).but(frame=frame - 10)  # type: ignore[union-attr]
    assert left.confirmed == (Confirmed(0, 2, True, "me"),)
    assert part.subjects == plan.subjects
    assert part.review.seen[0].frames == ((0, 1), (10, 10))  # type: ignore[union-attr]
    assert part.review.moments == (SeenMoment(5, "gap", 7, ((6, "end", 7),)),)  # type: ignore[union-attr]
    assert part.texts[0].at(0) == text.at(10) and part.texts[0].best == 0  # type: ignore[index]


def test_muted_spans_are_cut_and_count_from_the_excerpt() -> None:
    """One that goes on after the excerpt mutes all that is left of its sound."""
    plan = replace(plan_of(), muted=(MutedSpan(0, 500), MutedSpan(600, 700), MutedSpan(900, 9000)))
    first, last = (plan.source.timeline.frame_at(s) for s in (0.45, 1.0))
    part = excerpt_of(plan, first, last)
    # The first picture is that at 466.7 ms; a millisecond more is muted rather than less.
    assert part.muted == (
        MutedSpan(0, 34),
        MutedSpan(133, 234),
        MutedSpan(433, ALL_SOUND * 1000),
    )


def test_who_passes_through_the_picture_between_two_places_outside_is_hidden() -> None:
    above, below = Box(0, -20, 10, -10), Box(0, SOURCE.height + 10, 10, SOURCE.height + 20)
    places = {0: Box(0, 0, 10, 10), 1: above, 7: below}
    ways = tuple(Keyframe(n, box, State.DETECTED) for n, box in places.items())
    plan = plan_of(Track(1, Target.FACE, ways))
    part = excerpt_of(plan, 1, 7)
    assert part.regions_at(3) and parse_plan(dump_plan(part), "p.json") == part
