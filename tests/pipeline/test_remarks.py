"""Remarks on a plan before it is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from redact.pipeline.remarks import remark_on_people, remarks_on_sizes
from redact.plan import Plan
from redact.types import Body, Box, Keyframe, Keyframes, State, Target, Track

from ..review.plans import plan_of

FRAMES = 100


def plan_with(*boxes: Box) -> Plan:
    tracks = tuple(
        Track(n, Target.FACE, tuple(Keyframe(f, box, State.DETECTED, 0.9) for f in (0, FRAMES - 1)))
        for n, box in enumerate(boxes, 1)
    )
    plan = plan_of()
    assert len(plan.source.timeline) == FRAMES
    return replace(plan, tracks=tracks)


def said(plan: Plan) -> list[str]:
    return [message.code for message in remarks_on_sizes(plan)]


def test_people_who_are_too_small_are_reported() -> None:
    small, large = Box(10, 10, 20, 22), Box(100, 10, 140, 60)
    assert said(plan_with(small, small, large)) == ["heads_small_of"]
    assert said(plan_with(small, large, large)) == []
    assert said(plan_with()) == []


@pytest.mark.parametrize("score", [0.7, 0.35])
def test_a_crowd_that_is_mostly_unmasked_is_reported(score: float) -> None:
    """It used to pass silently with exit code 0: only detected faces were counted, and then only
    bodies of which one picture is sure, as no small one is."""
    plan = plan_of()
    large, small = Box(100, 20, 180, 240), Box(300, 100, 330, 170)
    crowd = [
        Body(False, Keyframes(Keyframe(n, box, State.DETECTED, score) for n in (10, 20, 30)))
        for box in (large, small)
    ]
    bare = replace(plan, tracks=(), subjects=(), bodies=tuple(crowd))
    told = remark_on_people(bare)
    assert told is not None and told.code == "people_bare"
    assert [told.values[name] for name in ("seen", "bare", "small")] == [6, 6, 3]
    head = Box(125, 20, 155, 55)
    keys = [Keyframe(n, head, State.DETECTED, 0.9) for n in (0, 99)]
    masked = replace(bare, tracks=(Track(1, Target.FACE, keys),))
    assert remark_on_people(masked) is None, "half of them"
    people = replace(bare.settings, targets=(Target.PERSON,))
    assert remark_on_people(replace(bare, settings=people)) is None
    plates = replace(bare.settings, targets=(Target.PLATE,))
    assert remark_on_people(replace(bare, settings=plates)) is None
    cars = tuple(replace(body, vehicle=True) for body in crowd)
    assert remark_on_people(replace(bare, bodies=cars)) is None
