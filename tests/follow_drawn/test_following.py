"""A box drawn by a person is followed in both directions, until it is lost or they stop it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import pytest

from redact.follow_drawn import Frames, follow, index_packets
from redact.media import probe
from redact.plan import Plan, SourceRef
from redact.risk import follows_to
from redact.settings import DetectSettings
from redact.types import Box, Frame, Keyframe, Origin, State, Target, Timeline, Track

from ..media.footage import ADVANCE, Clip, make
from .test_frames import plan_of

RATE, WIDE, TALL = 25, 320, 180
NOISE = np.random.default_rng(7)
GROUND = cv2.GaussianBlur(NOISE.uniform(0, 255, (TALL, WIDE)), (0, 0), 3)
THING = cv2.GaussianBlur(NOISE.uniform(0, 255, (40, 40)), (0, 0), 2) * 4 - 380
POST = cv2.GaussianBlur(NOISE.uniform(0, 255, (TALL, 70)), (0, 0), 5) * 2 - 100


class Scene:
    """Frames, without encoding, of an object that moves to the right behind a post; with `twins`,
    two come out from behind it.

    Args:
        twins: whether there are two, in the same distance.
    """

    direct = True

    def __init__(self, twins: bool = False) -> None:
        self._twins = twins

    @staticmethod
    def place(index: int) -> Box:
        return Box(20 + 3 * index, 60, 60 + 3 * index, 100)

    def get(self, index: int) -> Frame:
        picture = GROUND.copy()
        x = round(self.place(index).x1)
        behind = x > 150
        for y in (20, 100) if self._twins and behind else (60,):
            picture[y : y + 40, x : x + 40] = THING[:, : max(0, min(40, WIDE - x))]
        picture[:, 100:170] = POST
        grey = np.clip(picture, 0, 255).astype(np.uint8)
        return Frame(index, index, Fraction(1, RATE), av.VideoFrame.from_ndarray(grey, "gray"))


def of_scene(scene: Scene) -> dict[int, Keyframe]:
    timeline = Timeline(Fraction(1, RATE), tuple(range(75)))
    source = SourceRef("made.mp4", "0" * 64, 1, WIDE, TALL, timeline)
    plan = Plan(source, DetectSettings((Target.FACE,)), ())
    keys = follow(cast(Frames, scene), plan, 3, scene.place(3), lambda _: True, back=False)
    return {key.frame: key for key in keys}


def test_a_covered_object_is_found_again_unless_it_may_be_another() -> None:
    """Following used to end at the first post."""
    found = of_scene(Scene())
    assert found[12].state is State.FOLLOWED
    covered = [n for n, key in found.items() if key.state is State.INTERPOLATED]
    assert covered == list(range(covered[0], covered[-1] + 1)) and len(covered) > 0.4 * RATE
    for index in (12, covered[-1] + 1, 65):
        assert found[index].box.iou(Scene.place(index)) > 0.7, index
    for index in covered:
        assert found[index].box.iou(Scene.place(index)) > 0.3, "hidden on the way, too"
    # If two look alike, neither can be told from the other.
    assert max(of_scene(Scene(twins=True))) <= covered[0]


def test_finding_an_object_again_is_a_risky_moment() -> None:
    keys = tuple(of_scene(Scene()).values())
    back = next(k.frame for k in keys if k.state is State.FOLLOWED and k.frame > 30)
    track = Track(1, Target.REGION, keys, origin=Origin.MANUAL)
    assert {back, keys[-1].frame} <= follows_to(track)


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


def test_the_box_follows_its_content(clip: Path) -> None:
    boxes = followed(clip)
    assert boxes[AT] == START
    moved = {n: abs(box.x1 - START.x1) + abs(box.y1 - START.y1) for n, box in boxes.items()}
    assert len(boxes) >= 8 and min(boxes) < AT < max(boxes)
    for frame, way in moved.items():
        assert abs(way - ADVANCE * abs(frame - AT)) < 4, (frame, way)


def test_it_stops_at_a_cut(clip: Path) -> None:
    boxes = followed(clip, cuts=(AT - 2, AT + 3))
    assert min(boxes) == AT - 2 and max(boxes) == AT + 2


def test_the_path_until_it_was_stopped_is_kept(clip: Path) -> None:
    assert set(followed(clip, stop_after=3)) == {AT, AT + 1, AT + 2, AT + 3}
