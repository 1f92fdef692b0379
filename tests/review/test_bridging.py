"""Joining two tracks states who they are and hides nothing: the gap is reported, and filled on
request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.errors import PlanError
from redact.follow_drawn import Frames, index_packets
from redact.media import probe
from redact.plan import Decision, Plan, Subject, decisions, edit
from redact.review import page_edits
from redact.review.bridging import followed_across, held_across
from redact.risk import Gap, gaps_of
from redact.types import Action, Box, Decided, Keyframe, State, Target, Track

from ..pipeline.conftest import SAMPLE, STREET_FRAMES, shorten
from ..pipeline.plans import plan_of as plan_of_clip
from .plans import AWAY, HERE, plan_of, track

SEEN = State.DETECTED
GAP = Gap(1, 2, 41, 59)


def apart() -> Plan:
    """One person, found twice, with nineteen frames between."""
    plan = plan_of(track(1, (0, 40, SEEN, HERE)), track(2, (60, 99, SEEN, AWAY)))
    return page_edits.merge(plan, [1, 2])


def test_a_gap_is_where_no_part_is() -> None:
    a, b = track(1, (0, 40, SEEN, HERE)), track(2, (60, 99, SEEN, AWAY))
    inside = track(3, (10, 20, SEEN, HERE))
    assert gaps_of([b, inside, a]) == [GAP]
    assert gaps_of([a, track(2, (41, 50, SEEN, HERE))]) == []
    assert gaps_of([a]) == []


def test_a_gap_is_there_until_it_is_filled() -> None:
    plan = apart()
    assert gaps_of(plan.tracks) == [GAP]
    keys = held_across(plan, plan.tracks[0].keyframes[-1], plan.tracks[1].keyframes[0])
    filled, _ = page_edits.bridge(plan, GAP, keys)
    assert gaps_of(filled.tracks) == []


@pytest.mark.parametrize("cuts", [(), (41,), (50,), (59,), (60,)])
def test_a_held_mask_covers_every_frame_and_is_enlarged(cuts: tuple[int, ...]) -> None:
    plan = replace(apart(), cuts=cuts)
    keys = held_across(plan, plan.tracks[0].keyframes[-1], plan.tracks[1].keyframes[0])
    filled, number = page_edits.bridge(plan, GAP, keys, Decided("", "R. Roe"))
    assert filled.subjects == (Subject((1, 2, number)),)
    for frame in range(41, 60):
        (region,) = filled.regions_at(frame)
        assert region.track == number and region.box.width > 1.4 * HERE.width
    first, last = filled.regions_at(41)[0].box, filled.regions_at(59)[0].box
    if cuts not in ((41,), (60,)):
        assert first.common(HERE) == pytest.approx(HERE.area)
        assert last.common(AWAY) == pytest.approx(AWAY.area)
    if cuts == (50,):  # nothing moves over a cut
        assert filled.regions_at(49)[0].box == first and filled.regions_at(50)[0].box == last


def test_a_decision_to_show_does_not_cover_guessed_frames() -> None:
    plan = apart()
    keys = held_across(plan, plan.tracks[0].keyframes[-1], plan.tracks[1].keyframes[0])
    filled, number = page_edits.bridge(plan, GAP, keys)
    kept = decisions.decide(filled, [1], Decision.KEEP, Decided("client"))
    assert all(t.action is Action.KEEP for t in kept.tracks)
    assert all(kept.regions_at(frame)[0].track == number for frame in range(41, 60))
    assert kept.regions_at(20) == kept.regions_at(70) == []
    # Of somebody who is kept already, what is held is kept too, and waits to be confirmed.
    filled, number = page_edits.bridge(decisions.decide(plan, [1], Decision.KEEP), GAP, keys)
    held = edit.track_of(filled, number)
    assert held.action is Action.KEEP and filled.to_confirm(held) == [(41, 59)]


def test_a_gap_of_one_frame_is_filled() -> None:
    plan = plan_of(track(1, (0, 40, SEEN, HERE)), track(2, (42, 99, SEEN, AWAY)))
    (key,) = held_across(plan, plan.tracks[0].keyframes[-1], plan.tracks[1].keyframes[0])
    assert key.frame == 41
    assert key.box.common(HERE) == pytest.approx(HERE.area)
    assert key.box.common(AWAY) == pytest.approx(AWAY.area)


def test_a_span_that_is_no_gap_is_refused() -> None:
    plan = apart()
    key = Keyframe(50, HERE, State.INTERPOLATED)
    for gap in (Gap(1, 2, 40, 59), Gap(2, 1, 41, 59)):
        with pytest.raises(PlanError):
            page_edits.bridge(plan, gap, [key])
    with pytest.raises(PlanError):
        page_edits.bridge(page_edits.separate(plan, 2), GAP, [key])


def test_it_is_followed_from_both_ends(street: Path) -> None:
    """On a real clip: masks are removed from the plan, and following finds the face again."""
    info, whole = probe(street), plan_of_clip(street)
    face = next(t for t in whole.tracks if t.target is Target.FACE)
    first, last = face.first + 4, face.first + 14
    before = Track(1, face.target, page_edits.keys_between(face, face.first, first - 1))
    after = Track(2, face.target, page_edits.keys_between(face, last + 1, face.last))
    plan = replace(whole, tracks=(before, after))
    frames = Frames(info, plan, index_packets(info, plan))
    asked: list[int] = []
    keys = followed_across(
        frames, plan, before, after, Gap(1, 2, first, last), lambda k: asked.append(k.frame) or True
    )
    frames.close()
    assert [k.frame for k in keys] == list(range(first, last + 1))
    for key in keys:
        was = face.at(key.frame)
        assert was is not None and key.state is State.FOLLOWED
        assert key.box.iou(was.box) > 0.5, key.frame
    assert set(asked) <= set(range(first, last + 1))


def test_where_following_fails_the_mask_is_held(tmp_path: Path) -> None:
    """On a bare wall there is nothing to follow."""
    street = shorten(SAMPLE, tmp_path / "street.mp4", STREET_FRAMES, skip=70, size="320x180")
    info, whole = probe(street), plan_of_clip(street)
    wall = Box(1, 1, 6, 6)
    before, after = (
        Track(n, Target.FACE, [Keyframe(f, wall, State.DETECTED, 0.9)]) for n, f in ((1, 2), (2, 9))
    )
    plan = replace(whole, tracks=(before, after), unchecked=(4,))
    frames = Frames(info, plan, index_packets(info, plan))
    keys = followed_across(frames, plan, before, after, Gap(1, 2, 3, 8), lambda n: True)
    frames.close()
    made = Track(3, Target.FACE, keys)
    for frame in range(3, 9):
        key = made.at(frame)
        assert key is not None and key.box.common(wall) > 0.8 * wall.area
