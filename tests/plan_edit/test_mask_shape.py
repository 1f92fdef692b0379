"""Masks changed by key pictures: interpolated between them, unchanged elsewhere, and smaller than
the detection only if confirmed and recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from redact.auditing.scan_schedule import scheduled_scans
from redact.cli.plan import plan as plan_command
from redact.errors import PlanError, UsageError
from redact.plan import (
    Decision,
    Plan,
    decisions,
    dump_plan,
    edit,
    mask_shape,
    parse_plan,
    read_plan,
    write_plan,
)
from redact.record.build_tracks import track_parts
from redact.record.case import CaseFields
from redact.render import mask_of
from redact.schedule import schedule_of
from redact.settings import RenderSettings, Sensitivity
from redact.types import Action, Decided, Keyframe, Outline, Region, State, Target, Track

from ..review.plans import AWAY, HERE, plan_of, track

ASKED = Decided("only his hand", "R. Roe", "2026-11-27T22:15:03.000001Z")


def moving() -> Plan:
    """One face that moves to the right, detected in every frame."""
    keys = [Keyframe(n, HERE.moved(n, 0), State.DETECTED, 0.9) for n in range(61)]
    return plan_of(Track(1, Target.FACE, keys))


def region(plan: Plan, frame: int) -> Region:
    (found,) = plan.regions_at(frame)
    return found


def area(plan: Plan, frame: int) -> int:
    return int(mask_of(plan.regions_at(frame), 640, 360, 0.12).sum())


def test_shape_and_margin_are_drawn_and_survive_the_file() -> None:
    before = moving()
    plan = mask_shape.reshape(before, 1, 20, 29, outline=Outline.BOX, margin=0.5, decided=ASKED)
    assert region(plan, 25).outline is Outline.BOX and region(plan, 25).margin == 0.5
    mask = mask_of(plan.regions_at(25), 640, 360, 0.12)
    ys, xs = np.nonzero(mask)
    wanted = HERE.moved(25, 0).grown(0.5)
    assert mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].all(), "a box, to its corners"
    assert (xs.min(), ys.min()) == pytest.approx((wanted.x1, wanted.y1), abs=1)
    assert area(plan, 19) == area(before, 19) and area(plan, 30) == area(before, 30)
    again = parse_plan(dump_plan(plan), "p.json")
    assert again == plan and edit.track_of(again, 1).key_pictures[0].reason == "only his hand"


changes = st.lists(
    st.tuples(
        st.sampled_from(["place", "reshape", "as_found"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.floats(0.0, 0.9),
    ),
    min_size=1,
    max_size=8,
)


@given(changes)
def test_no_change_reaches_beyond_its_pictures(steps: list[tuple[str, int, int, float]]) -> None:
    plan = moving()
    for how, a, b, share in steps:
        first, last = min(a, b), max(a, b)
        before = plan
        box = HERE.moved(a, 0).grown(share)
        if how == "place":
            plan, first, last = mask_shape.place(plan, 1, a, box), a, a
        elif how == "reshape":
            plan = mask_shape.reshape(plan, 1, first, last, larger=1 + share)
            assert all(
                region(plan, n).box == pytest.approx(HERE.moved(n, 0).grown(share / 2))
                for n in range(first, last + 1)
            )
        else:
            plan = mask_shape.as_found(plan, 1, first, last)
            assert all(region(plan, n).box == HERE.moved(n, 0) for n in range(first, last + 1))
        for n in {*range(61)} - {*range(first, last + 1)}:
            assert region(plan, n).box == pytest.approx(region(before, n).box)
    assert parse_plan(dump_plan(plan), "p.json") == plan


def test_a_mask_counts_as_smaller_if_it_uncovers_part_of_the_detection() -> None:
    plan = moving()

    def smaller(changed: Plan) -> list[int]:
        return mask_shape.newly_uncovered(plan, changed, 1)

    here = HERE.moved(20, 0)
    assert smaller(mask_shape.reshape(plan, 1, 20, 22, larger=0.9)) == [20, 21, 22]
    assert smaller(mask_shape.reshape(plan, 1, 20, 20, margin=0.02)) == [20]
    assert smaller(mask_shape.place(plan, 1, 20, here.moved(20, 0))) == [20], "moved off the face"
    assert smaller(mask_shape.place(plan, 1, 20, here.moved(3, 0))) == []
    assert smaller(mask_shape.reshape(plan, 1, 20, 22, outline=Outline.BOX, larger=1.3)) == []
    plate = plan_of(track(1, (0, 60, State.DETECTED, AWAY), target=Target.PLATE))
    oval = mask_shape.reshape(plate, 1, 5, 5, outline=Outline.ELLIPSE)
    assert mask_shape.newly_uncovered(plate, oval, 1) == [5], "an ellipse leaves a plate's corners"
    followed = plan_of(track(1, (0, 60, State.FOLLOWED, HERE)))
    moved = mask_shape.place(followed, 1, 20, AWAY)
    assert mask_shape.newly_uncovered(followed, moved, 1) == [], "nobody was surely there"
    small = mask_shape.reshape(plan, 1, 20, 22, larger=0.9)
    shown = decisions.decide(small, [1], Decision.KEEP)
    assert mask_shape.uncovered_frames(shown, shown.tracks[0]) == [], "it has no mask"
    # Nobody gets a small mask by keeping somebody first and hiding them afterwards.
    for without in (Decision.KEEP, Decision.FALSE_ALARM):
        kept = decisions.decide(plan, [1], without)
        small = mask_shape.reshape(kept, 1, 20, 22, larger=0.9)
        assert mask_shape.newly_uncovered(kept, small, 1) == [20, 21, 22]
    unsure = decisions.decide(followed, [1], Decision.KEEP)
    small = mask_shape.reshape(unsure, 1, 20, 22, larger=0.9)
    assert mask_shape.uncovered_frames(small, small.tracks[0]) == [20, 21, 22], "it has a mask"


@pytest.mark.parametrize("larger", [0, -1, 10.1, float("nan")])
def test_a_size_that_is_a_slip_of_the_keyboard_is_refused(larger: float) -> None:
    with pytest.raises(PlanError, match="times"):
        mask_shape.reshape(moving(), 1, 20, 22, larger=larger)


def test_no_mask_becomes_smaller_in_a_damaged_frame() -> None:
    plan = moving()
    small = mask_shape.reshape(plan, 1, 0, 60, larger=0.5, margin=0.0)
    for number in (plan, small):
        held = replace(number, unchecked=(30,))
        (mask,) = held.regions_at(30)
        assert mask.box.contains(HERE.moved(30, 0).grown(0.3)) and mask.margin is None


def call(*arguments: object) -> Result:
    return CliRunner().invoke(plan_command, [str(a) for a in arguments])


def test_the_command_changes_a_mask_and_requires_confirmation_for_a_smaller_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.json"
    write_plan(moving(), path)
    span = ("--from", "f20", "--to", "f29")
    done = call("set", path, 1, "--shape", "box", "--margin", "0.3", *span)
    assert done.exit_code == 0, done.output
    assert "track 1: mask changed from 0:00.8 to 0:01.2" in done.stderr
    assert [region(read_plan(path), n).margin for n in (19, 20, 29, 30)] == [None, 0.3, 0.3, None]
    told = call("set", path, 1, "--size", "0.5", *span, "--reason", "x")
    assert told.exception is not None and "in 10 pictures" in str(told.exception)
    assert region(read_plan(path), 25).box == HERE.moved(25, 0)
    sure = ("--confirmed", "--reason", "only his hand", "--by", "R. Roe")
    assert call("set", path, 1, "--size", "0.5", *span, *sure).exit_code == 0
    assert region(read_plan(path), 25).box == pytest.approx(HERE.moved(25, 0).grown(-0.25))
    assert call("set", path, 1, "--shape", "found").exit_code == 0
    assert read_plan(path) == moving()


def test_a_mask_stays_as_it_is_if_the_decision_of_the_same_command_is_refused(
    tmp_path: Path,
) -> None:
    path, plan = tmp_path / "p.json", plan_of(replace(moving().tracks[0], certainty=0.99))
    write_plan(plan, path)
    wide = ("set", path, 1, "--size", "1.2")
    told = call(*wide, "--action", "false-alarm")
    assert isinstance(told.exception, PlanError) and "were sure" in str(told.exception)
    assert isinstance(call(*wide, "--text", "Dupont").exception, UsageError)
    assert read_plan(path) == plan
    done = call(*wide, "--action", "keep", "--reason", "client", "--by", "R. Roe")
    assert "mask changed" in done.stderr and read_plan(path).tracks[0].action is Action.KEEP
    assert read_plan(path).tracks[0].key_pictures


def test_smaller_masks_are_recorded_with_their_author_and_scanned_by_the_audit() -> None:
    plan = mask_shape.reshape(moving(), 1, 20, 29, larger=0.5, decided=ASKED)
    (part,) = track_parts(plan, RenderSettings(), CaseFields(), {})
    (told,) = part.made_smaller
    assert (told.first, told.last, told.reason, told.by) == (20, 29, "only his hand", "R. Roe")
    usual = schedule_of(Sensitivity.BALANCED)
    looks = scheduled_scans(plan, usual)
    assert {20, 25, 29} <= looks.keys() - scheduled_scans(moving(), usual).keys()


def test_a_box_is_not_turned_inside_out() -> None:
    doubled = dump_plan(mask_shape.reshape(moving(), 1, 5, 5, larger=2))
    with pytest.raises(PlanError, match="leave nothing"):
        parse_plan(doubled.replace(b"0.5", b"-0.5"), "p.json")
