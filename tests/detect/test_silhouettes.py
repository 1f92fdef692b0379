"""When a silhouette is believed."""

from __future__ import annotations

import numpy as np
import pytest

from redact.detection import Selfie
from redact.detection.silhouettes import agrees
from redact.types import COLUMNS, ROWS, Box

BODY = Box(0, 0, 100, 200)


def cells(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    found = np.zeros((ROWS, COLUMNS), np.bool_)
    found[top:bottom, left:right] = True
    return found


@pytest.mark.parametrize(
    ("shape", "believed"),
    [
        (cells(2, 38, 5, 15), True),
        (cells(0, 0, 0, 0), False),  # nobody
        (cells(2, 38, 9, 11), False),  # a post
        (cells(20, 40, 2, 18), False),  # the head is missing
        (cells(0, 18, 2, 18), False),  # it ends at the waist
    ],
)
def test_a_shape_that_fits_its_box_is_believed(shape: np.ndarray, believed: bool) -> None:
    assert agrees(shape, BODY, BODY) is believed


def test_a_lying_persons_shape_must_reach_both_ends_of_the_box() -> None:
    lying = Box(0, 0, 200, 100)
    assert agrees(cells(4, 36, 1, 18), lying, lying)
    assert not agrees(cells(4, 36, 6, 19), lying, lying)


def test_parts_outside_the_picture_are_not_required() -> None:
    """As for somebody whose legs are outside the picture."""
    assert agrees(cells(2, 20, 5, 15), BODY, Box(0, 0, 100, 100))


def test_there_is_no_silhouette_of_a_wall_or_of_a_tiny_or_outside_box() -> None:
    network = Selfie()
    wall = np.random.default_rng(3).integers(90, 110, (300, 300, 3)).astype(np.uint8)
    assert network.silhouette(wall, Box(50, 20, 150, 280)) is None
    assert network.silhouette(wall, Box(50, 20, 60, 40)) is None
    assert network.silhouette(wall, Box(-500, 20, -400, 280)) is None
