"""A close scan of a place detects a face that is there, and ignores one beside it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage import data

from redact.detection import (
    CenterFace,
    CloseUp,
    Verifier,
    in_every_way,
    load_close_up,
    load_detector,
)
from redact.detection.calibration import NOT_DETECTED, score_odds
from redact.detection.verifier import VERIFIER_SIDE
from redact.errors import UnsafeError
from redact.types import Detections, Frame, Presentation, Target, widened

from .test_detectors import ASTRONAUT


def frame_of(rgb: NDArray[np.uint8]) -> Frame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    return Frame(0, 0, Fraction(1, 30), picture)


def ask(
    close_up: CloseUp, rgb: NDArray[np.uint8], *boxes: list[float], target: Target = Target.FACE
) -> list[float]:
    what = np.full(len(boxes), target, np.int8)
    return close_up.ask(frame_of(rgb), np.array(boxes).reshape(-1, 4), what).tolist()


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(threads=1)


def test_a_face_is_told_from_what_lies_beside_it() -> None:
    close_up = load_close_up(load_detector(threads=1), threads=1)
    beside = [420.0, 100, 480, 180], [60.0, 400, 120, 470], [400.0, 400, 440, 450]
    boxes = [list(ASTRONAUT), *beside]
    face, *others = ask(close_up, data.astronaut(), *boxes)
    assert face >= 0 > -1.5 > max(others)
    # Two are looked at at a time, and neither is told what the other shows.
    one_by_one = [ask(close_up, data.astronaut(), box)[0] for box in boxes]
    assert ask(close_up, data.astronaut(), *10 * boxes) == 10 * one_by_one


def test_a_face_in_non_square_pixels_is_also_scanned_as_declared() -> None:
    """It is stored at a quarter of its width."""
    squeezed = cv2.resize(data.astronaut(), None, fx=0.25, fy=1, interpolation=cv2.INTER_AREA)
    x1, y1, x2, y2 = ASTRONAUT
    place = [x1 / 4, y1, x2 / 4, y2]
    ways = Presentation(4.0), Presentation(1.0)
    every = in_every_way(ways, lambda aspect: load_detector(threads=1, sample_aspect=aspect))
    plain = load_close_up(load_detector(threads=1), threads=1)
    assert (
        ask(plain, squeezed, place)[0]
        < 0
        <= ask(load_close_up(every, threads=1), squeezed, place)[0]
    )


def test_a_face_beside_the_place_does_not_count() -> None:
    """Most of her face is in the square around her shoulder."""
    close_up = load_close_up(load_detector(threads=1), threads=1)
    x1, y1, x2, y2 = ASTRONAUT
    shoulder = [x1, y2, x2, 2 * y2 - y1]
    assert ask(close_up, data.astronaut(), shoulder)[0] < -3


def test_no_network_runs_if_no_place_is_given(verifier: Verifier) -> None:
    def never(rgb: NDArray[np.uint8]) -> Detections:
        raise AssertionError("there is nothing to look at")

    assert ask(CloseUp(verifier, {Target.FACE: never}), data.astronaut()) == []


@given(
    st.floats(-20, 500), st.floats(-20, 500), st.floats(3, 300), st.floats(3, 300), st.floats(0, 1)
)
def test_the_place_is_in_the_middle_of_the_square(
    verifier: Verifier, x: float, y: float, w: float, h: float, score: float
) -> None:
    """At the same scale, even at the edge of the picture."""

    def middle(rgb: NDArray[np.uint8]) -> Detections:
        assert rgb.shape == (VERIFIER_SIDE, VERIFIER_SIDE, 3)
        side = max(12.0, 5 * max(w, h))
        half = np.array([w, h]) / side * VERIFIER_SIDE / 2
        box = np.concatenate([VERIFIER_SIDE / 2 - half, VERIFIER_SIDE / 2 + half]).astype(
            np.float32
        )
        aside = box + 2 * half.max().astype(np.float32)
        plate = np.array([Target.FACE, Target.FACE, Target.PLATE], np.int8)
        return Detections(np.stack([box, aside, box]), np.array([score, 1, 1], np.float32), plate)

    (odds,) = ask(CloseUp(verifier, {Target.FACE: middle}), data.astronaut(), [x, y, x + w, y + h])
    least = np.array([max(score, NOT_DETECTED)], np.float32)
    assert odds == pytest.approx(float(score_odds(least)[0]))


def test_a_failing_network_is_an_error_and_never_an_answer(verifier: Verifier) -> None:
    def broken(rgb: NDArray[np.uint8]) -> Detections:
        raise UnsafeError("it failed")

    with pytest.raises(UnsafeError, match="failed"):
        ask(CloseUp(verifier, {Target.FACE: broken}), data.astronaut(), list(ASTRONAUT))


def only_heads(score: float) -> Callable[[NDArray[np.uint8]], Detections]:
    """Detects one head, that of a face in the middle of the square around it."""

    def look(rgb: NDArray[np.uint8]) -> Detections:
        width, height = VERIFIER_SIDE / 5 * np.array([0.8, 1.0])
        face = (
            np.array(
                [
                    VERIFIER_SIDE - width,
                    VERIFIER_SIDE - height,
                    VERIFIER_SIDE + width,
                    VERIFIER_SIDE + height,
                ]
            )
            / 2
        )
        head = widened(face[None], Target.FACE)
        return Detections(head, np.array([score], np.float32), np.array([Target.HEAD], np.int8))

    return look


def test_a_face_without_a_head_is_less_likely(verifier: Verifier) -> None:
    box, face = [100.0, 100, 140, 150], load_detector(threads=1).close_networks[Target.FACE]

    def said(head: float) -> float:
        both = {Target.FACE: face, Target.HEAD: only_heads(head)}
        return ask(CloseUp(verifier, both), data.astronaut(), box)[0]

    assert said(0.9) - said(0.05) > 2


def test_centerface_does_the_close_scans_of_faces() -> None:
    closely = load_detector(threads=1).close_networks[Target.FACE]
    assert isinstance(getattr(closely, "__self__", None), CenterFace)


@pytest.mark.parametrize(
    ("side", "scores", "best"),
    [
        (40, (0.2, 0.9), 0.9),  # foreshortened
        (40, (0.9, 0.2), 0.9),  # of a motorcycle, seen as it is
        (160, (0.2, 0.3, 0.9, 0.1), 0.9),  # large and tilted, one way
        (160, (0.2, 0.3, 0.1, 0.9), 0.9),  # or the other
        (160, (0.9, 0.3, 0.1, 0.2), 0.9),
    ],
)
def test_the_best_presentation_of_a_narrow_plate_counts(
    side: int, scores: tuple[float, ...], best: float
) -> None:
    class Stand:
        def __init__(self) -> None:
            self.given = iter(scores)

        def scores(self, windows: NDArray[np.uint8]) -> NDArray[np.float32]:
            return np.full((len(windows), 2), next(self.given), np.float32)

    stand = Stand()
    frame = Frame(0, 0, Fraction(0), av.VideoFrame.from_ndarray(np.zeros((480, 640, 3), np.uint8)))
    box = np.array([[100.0, 100, 100 + side, 100 + side]])
    close_up = CloseUp(stand, {})  # type: ignore[arg-type]
    (odds,) = close_up.ask(frame, box, np.array([Target.PLATE], np.int8))
    assert odds == pytest.approx(float(score_odds(np.float32(best))))
    assert next(stand.given, None) is None, "shown in every way"
