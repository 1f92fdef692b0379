"""A box that a person drew is carried on in both directions, until it is lost or they stop it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.follow import Frames, follow, index_packets
from redact.media import probe
from redact.types import Box, Keyframe, State

from ..media.footage import ADVANCE, Clip, make
from .test_frames import plan_of

START = Box(60, 30, 100, 66)
AT = 12


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Smooth noise that moves by `ADVANCE` pixels a frame."""
    return make(tmp_path / "clip.mp4", Clip(pts=range(24), options={"preset": "veryfast"}))


def followed(clip: Path, stop_after: int = 1000, cuts: tuple[int, ...] = ()) -> dict[int, Box]:
    info, (plan, _) = probe(clip), plan_of(clip)
    plan = replace(plan, cuts=cuts)
    frames = Frames(info, plan, index_packets(info, plan))
    told: list[int] = []

    def go_on(key: Keyframe) -> bool:
        told.append(key.frame)
        return len(told) < stop_after

    keys = follow(frames, plan, AT, START, go_on)
    assert [k.frame for k in keys] == sorted(k.frame for k in keys)
    states = {k.frame: k.state for k in keys}
    assert states.pop(AT) is State.MANUAL and set(states.values()) <= {State.FOLLOWED}
    return {k.frame: k.box for k in keys}


def test_it_goes_with_what_is_in_it(clip: Path) -> None:
    boxes = followed(clip)
    assert boxes[AT] == START
    moved = {n: abs(box.x1 - START.x1) + abs(box.y1 - START.y1) for n, box in boxes.items()}
    assert len(boxes) >= 8 and min(boxes) < AT < max(boxes)
    for frame, way in moved.items():
        assert abs(way - ADVANCE * abs(frame - AT)) < 4, (frame, way)


def test_it_stops_at_a_cut(clip: Path) -> None:
    boxes = followed(clip, cuts=(AT - 2, AT + 3))
    assert min(boxes) == AT - 2 and max(boxes) == AT + 2


def test_what_was_found_until_it_was_stopped_is_kept(clip: Path) -> None:
    assert set(followed(clip, stop_after=3)) == {AT, AT + 1, AT + 2, AT + 3}
