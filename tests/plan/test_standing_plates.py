"""Possible clocks and captions are reported: doubtful plates that never move."""

from __future__ import annotations

from fractions import Fraction

import pytest

from redact.pipeline.remarks import standing_plates
from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings, Sensitivity
from redact.types import Action, Box, Keyframe, State, Target, Timeline, Track

SOURCE = SourceRef(
    "clip.mp4", "0" * 64, 1234, 320, 240, Timeline(Fraction(1, 25), tuple(range(80)))
)
FOUND_BY = DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED)


def track(
    *,
    target: Target = Target.PLATE,
    step: float = 0.0,
    frames: int = 60,
    certainty: float = 0.3,
    action: Action = Action.REDACT,
) -> Track:
    keys = tuple(
        Keyframe(f, Box(20 + step * f, 10, 80 + step * f, 30), State.DETECTED, 0.4)
        for f in range(0, frames, 5)
    )
    return Track(1, target, keys, action, certainty=certainty)


@pytest.mark.parametrize(
    ("suspect", "told"),
    [
        (track(), True),
        (track(step=1.0), False),  # drives past
        (track(target=Target.FACE), False),
        (track(certainty=0.9), False),  # a plate for sure
        (track(frames=20), False),  # too short to know
        (track(action=Action.KEEP), False),  # decided already
    ],
)
def test_a_doubtful_plate_that_stands_still_is_reported(suspect: Track, told: bool) -> None:
    plan = Plan(SOURCE, FOUND_BY, (suspect,))
    assert (standing_plates(plan) == [suspect]) is told
