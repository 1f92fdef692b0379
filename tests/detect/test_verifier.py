"""The network that verifies the detections of others."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.detection import CloseUp, Verifier
from redact.detection.verifier import VERIFIER_CHANNELS, VERIFIER_SIDE
from redact.errors import UnsafeError
from redact.types import Detections, Frame, Target

from .test_detectors import ASTRONAUT

data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")


def window(rgb: NDArray[np.uint8], x: float, y: float, side: float) -> NDArray[np.uint8]:
    left, top, n = round(x - side / 2), round(y - side / 2), round(side)
    part = rgb[max(0, top) : top + n, max(0, left) : left + n]
    return np.asarray(
        cv2.resize(part, (VERIFIER_SIDE, VERIFIER_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(threads=1)


def test_it_tells_a_face_from_its_surroundings(verifier: Verifier) -> None:
    rgb = data.astronaut()
    x, y = ASTRONAUT.centre
    side = 2.2 * ASTRONAUT.height
    face, mirrored = window(rgb, x, y, side), window(rgb, x, y, side)[:, ::-1]
    beside = [window(rgb, u, v, 120) for u, v in ((60, 420), (420, 120), (130, 440), (440, 440))]
    given = verifier.scores(np.stack([face, mirrored, *beside]))
    faces, plates = (given[:, VERIFIER_CHANNELS.index(t)] for t in (Target.FACE, Target.PLATE))
    assert (faces[:2] > 0.9).all() and (plates[:2] < 0.1).all()
    # It was made for places that a detector suspects, and is not sure of others.
    assert (faces[2:] < faces[:2].min() - 0.1).all()
    assert (plates[2:] < 0.1).all()


@pytest.mark.parametrize("answer", [np.full((1, 2), np.nan), np.full((1, 2), np.inf)])
def test_an_unusable_answer_is_an_error(
    verifier: Verifier, answer: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def run(self, *_: Any) -> list[Any]:
            return [answer.astype(np.float32)]

    monkeypatch.setattr(verifier._network, "_session", Broken())
    with pytest.raises(UnsafeError, match="unusable"):
        verifier.scores(np.zeros((1, VERIFIER_SIDE, VERIFIER_SIDE, 3), np.uint8))


def test_a_picture_of_another_size_is_an_error(verifier: Verifier) -> None:
    with pytest.raises(UnsafeError, match="failed"):
        verifier.scores(np.zeros((1, VERIFIER_SIDE + 32, VERIFIER_SIDE, 3), np.uint8))


def nobody(rgb: NDArray[np.uint8]) -> Detections:
    return Detections.empty()


def test_a_word_is_told_from_a_plate_by_its_surroundings(verifier: Verifier) -> None:
    """By its letters alone it is as probable as one of the doubtful plates of real footage."""
    rgb = np.ascontiguousarray(np.repeat(data.text()[..., None], 3, axis=2))
    word = np.array([[166.0, 142.0, 231.0, 168.0]])
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    frame = Frame(0, 0, Fraction(1, 30), picture)
    plate = np.array([Target.PLATE], np.int8)
    assert CloseUp(verifier, {Target.FACE: nobody}).ask(frame, word, plate)[0] < -3.5
