"""How much masks change from picture to picture, where it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lab.steadiness import changes
from redact.mask_size import Sighted
from redact.plan import Plan
from redact.types import Box, Boxes, Keyframe, State, Target, Track
from tests.review.plans import plan_of

STILL = np.tile([100.0, 100.0, 180.0, 200.0], (10, 1))
BESIDE = STILL + np.array([60, 0, 60, 0])


def things(*boxes: Boxes) -> list[Sighted]:
    none, scores = np.zeros(0, np.intp), np.zeros(0, np.float32)
    times = [np.arange(len(of)) / 25 for of in boxes]
    return [
        Sighted(Target.FACE, of, at, none, scores, np.zeros((0, 4), np.float32), (640, 360))
        for of, at in zip(boxes, times, strict=True)
    ]


def plan(*boxes: Boxes) -> Plan:
    """Masks whose areas are those of the boxes and of the same margin."""
    tracks = [
        Track(number, Target.FACE, [Keyframe(n, Box(*b), State.DETECTED) for n, b in enumerate(of)])
        for number, of in enumerate(boxes, start=1)
    ]
    return plan_of(*tracks, frames=10)


def test_a_mask_that_pulsates_over_a_still_face_counts_as_calm_with_what_it_changes() -> None:
    larger = STILL.copy()
    larger[5] += [-4, -5, 4, 5]  # a tenth in width and height
    found = [*changes(plan(larger), things(STILL))]
    assert {change.kind for change in found} == {"one mask, calm"} and len(found) == 9
    areas = [change.shares[0] for change in found]
    assert areas[4] == pytest.approx(0.21, abs=0.01) and areas[5] == pytest.approx(0.174, abs=0.01)
    assert sum(areas) == areas[4] + areas[5]
    assert not any(moved or boxes for change in found for _, moved, boxes in [change.shares])


def test_masks_that_touch_are_one_patch() -> None:
    """Its area is that of their joined outline; one that ends is told apart; over a cut nothing is
    measured."""
    both = plan(STILL, BESIDE)
    assert [c.kind for c in changes(both, things(STILL, BESIDE))] == ["several, calm"] * 9
    ending = [*changes(plan(STILL, BESIDE[:6]), things(STILL, BESIDE[:6]))]
    assert [c.kind for c in ending].index("one begins or ends") == 5
    assert 0.2 < ending[5].shares[0] < 0.5
    assert len([*changes(replace(both, cuts=(4,)), things(STILL, BESIDE))]) == 8


def test_a_thing_moves_in_its_own_sizes_however_large_its_mask_is() -> None:
    """A face of 80 × 80 that walks 8 pixels a picture, and whose detections jitter by 20."""
    walking = np.array([[40.0 + 8 * n, 100, 120 + 8 * n, 180] for n in range(10)])
    jittery = walking + 10 * np.array([[(-1) ** n, 0] * 2 for n in range(10)])
    masks = plan(walking + np.array([-40, -40, 40, 40]))
    moved = [change.shares[1] for change in changes(masks, things(jittery))]
    assert moved[2:-2] == pytest.approx([0.1] * 5, abs=0.06)
