"""What a finished run prints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from redact.cli import results
from redact.types import Doubt, Target

from ..review.plans import AWAY, plan_of

LIKELY = 0.999


@pytest.mark.parametrize(
    ("frames", "length", "said"),
    [
        ((), 500, "look through it"),
        ((160,), 500, "look through it, first at 0:06"),
        ((100, 200, 300, 400), 500, "look through it, first at 0:04, 0:08, 0:12"),
        ((0,), 1, "look through it"),
    ],
)
def test_a_run_names_the_moments_of_a_video_to_look_at_first(
    frames: tuple[int, ...], length: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redact.risk.moments.WORTH_A_LOOK", 0.01)
    doubts = tuple(Doubt(frame, Target.FACE, AWAY, LIKELY) for frame in frames)
    assert results.audit_in_words(replace(plan_of(frames=length), doubts=doubts)).endswith(said)
