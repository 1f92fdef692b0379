"""Scans of a picture rotated by a small angle."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage import data

from redact.detection import BALANCED_SIZES, THOROUGH_SIZES, Sizes, load_detector
from redact.detection.centerface import TILTS, scan_tilted
from redact.types import Detections, Target


def mark_in(rgb: NDArray[np.uint8]) -> Detections:
    """A detector that finds the one bright mark of a picture."""
    rows, columns = np.nonzero(rgb[:, :, 0] > 100)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return Detections(
        np.array([box], np.float32), np.ones(1, np.float32), np.full(1, Target.FACE, np.int8)
    )


@given(
    x=st.integers(10, 180),
    y=st.integers(10, 100),
    degrees=st.one_of(st.sampled_from(TILTS), st.floats(-90, 90)),
)
def test_detections_in_the_tilted_picture_have_upright_boxes(
    x: int, y: int, degrees: float
) -> None:
    picture = np.zeros((120, 200, 3), np.uint8)
    cv2.circle(picture, (x, y), 6, (255, 255, 255), -1)
    box = scan_tilted(picture, degrees, mark_in).xyxy[0]
    # Smeared by turning, its edges are a pixel or two off, on one side or the other.
    assert (box[:2] + box[2:]) / 2 == pytest.approx([x + 0.5, y + 0.5], abs=2)
    assert box[2] - box[0] == pytest.approx(13, abs=3)


def test_thorough_is_surer_of_a_tilted_face() -> None:
    small = cv2.resize(data.astronaut(), (96, 96), interpolation=cv2.INTER_AREA)
    rgb = np.ascontiguousarray(np.rot90(small))
    face = np.array([53.0, 239.0, 181.0, 335.0]) * 96 / 512  # the astronaut's, turned with her

    def surest(sizes: Sizes) -> float:
        found = load_detector(sizes).detect(rgb)
        middle = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
        inside = ((middle > face[:2]) & (middle < face[2:])).all(axis=1)
        return float(found.score[inside & (found.target == Target.FACE)].max(initial=0))

    assert surest(THOROUGH_SIZES) > surest(BALANCED_SIZES)
