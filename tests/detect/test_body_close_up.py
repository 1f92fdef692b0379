"""Bodies are detected, and their heads at the expected place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from redact.detection import iou, load_body_close_up, load_detector
from redact.detection.body_close_up import BodyCloseUp, narrowed, upper_end
from redact.detection.scaling import turned_boxes
from redact.media import Decode, probe
from redact.types import Detections, Frame, Target, widened

from .test_detectors import ASTRONAUT


def frame_of(rgb: NDArray[np.uint8]) -> Frame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    return Frame(0, 0, Fraction(1, 30), picture)


def body_close_up(*targets: Target) -> BodyCloseUp:
    found = load_body_close_up(load_detector(targets=targets, threads=1), targets, threads=1)
    assert found is not None
    return found


@pytest.mark.parametrize("target", [Target.FACE, Target.HEAD])
def test_a_body_and_its_head_are_detected(target: Target) -> None:
    """Even a small one: its place is enlarged."""
    scanner = body_close_up(target)
    small = np.full((512, 512, 3), 90, np.uint8)
    small[200:328, 200:328] = data.astronaut()[::4, ::4]
    face = np.array([ASTRONAUT], np.float32)
    for rgb, place in ((data.astronaut(), face), (small, face / 4 + 200)):
        frame = frame_of(rgb)
        bodies = scanner.bodies(frame)
        found = scanner.heads(frame, bodies.xyxy[~bodies.vehicle].astype(np.float64))
        surest = found.select(np.array([int(found.score.argmax())]))
        expected = place if target is Target.FACE else widened(place, Target.FACE)
        assert surest.score[0] > 0.9 and surest.target[0] == target
        assert iou(surest.xyxy, expected)[0, 0] > 0.4


@pytest.mark.parametrize("turns", [1, 3])
def test_a_face_of_somebody_who_lies_is_detected(turns: int) -> None:
    """Upright it is one of CenterFace's surest, on its side none at all at this size."""
    scanner = body_close_up(Target.FACE)
    ground = np.full((300, 500, 3), 90, np.uint8)
    x = {1: 300, 3: 72}[turns]
    ground[100:228, x : x + 128] = np.rot90(data.astronaut()[::4, ::4], -turns)
    body = np.array([[72.0, 100, 428, 228]])
    found = scanner.heads(frame_of(ground), body)
    face = turned_boxes(np.array([ASTRONAUT]) / 4, (128, 128), turns)
    face += np.array([x, 100, x, 100])
    surest = found.select(np.array([int(found.score.argmax())]))
    assert surest.score[0] > 0.5 and iou(surest.xyxy, face)[0, 0] > 0.4


def test_no_head_is_detected_on_a_headless_body() -> None:
    scanner = body_close_up(Target.FACE)
    wall = frame_of(np.full((360, 640, 3), 120, np.uint8))
    assert not (scanner.heads(wall, np.array([[200.0, 40, 330, 350]])).score > 0.1).any()
    assert not len(scanner.heads(wall, np.zeros((0, 4)))) and not len(scanner.bodies(wall))


@pytest.mark.parametrize(
    ("clip", "number", "plate"),
    [
        ("parkpow__cars.mp4", 254, [878.0, 328, 904, 340]),
        ("parkpow__cars.mp4", 279, [860.0, 346, 894, 360]),
        ("intel_sample__car-detection.mp4", 196, [171.0, 176, 195, 187]),
    ],
)
def test_a_small_plate_on_a_vehicle_is_detected(
    shared_clips: Path, clip: str, number: int, plate: list[float]
) -> None:
    """It is a dozen pixels high, and no other detection is as sure."""
    frame = next(f for f in Decode(probe(shared_clips / clip)) if f.index == number)
    scanner = body_close_up(Target.PLATE)
    bodies = scanner.bodies(frame)
    found = scanner.plates(frame, bodies.xyxy[bodies.vehicle].astype(np.float64))
    surest = found.select(np.array([int(found.score.argmax())]))
    assert surest.target[0] == Target.PLATE and surest.score[0] > 0.4
    assert iou(surest.xyxy, np.array([plate]))[0, 0] > 0.35
    assert not len(scanner.plates(frame, np.zeros((0, 4))))


def test_the_expected_place_contains_the_head_in_every_posture() -> None:
    """A seventh of somebody who stands, a third of the width of somebody seen from the chest up."""
    for body, head in (
        ([100.0, 50, 200, 400], [130.0, 45, 170, 100]),
        ([100.0, 50, 400, 300], [200.0, 45, 300, 160]),
    ):
        x1, y1, x2, y2 = upper_end(np.array(body))
        assert x1 < head[0] and y1 < head[1] and x2 > head[2] and y2 > head[3]
        assert x2 - x1 == pytest.approx(y2 - y1)


def test_a_face_is_inside_its_head() -> None:
    face = np.array([[10, 20, 40, 60]], np.float32)
    assert narrowed(widened(face, Target.FACE)) == pytest.approx(face, abs=1e-4)


def test_without_a_network_for_heads_bodies_are_not_searched_for() -> None:
    class Others:
        name, weights_sha256, targets = "of others", "0" * 64, (Target.FACE,)

        def detect(self, rgb: NDArray[np.uint8]) -> Detections:
            return Detections.empty()

        def detect_frame(self, frame: Frame) -> Detections:
            return Detections.empty()

    face = (Target.FACE,)
    assert load_body_close_up(Others(), face) is None
    people = (Target.PERSON,)
    assert load_body_close_up(load_detector(targets=people, threads=1), people) is None
