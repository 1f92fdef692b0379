"""How much larger than its object's place a mask is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.mask_size import OF_RECTANGLES, with_margin, without_margin
from redact.settings import RenderSettings
from redact.types import Box, Target


@given(width=st.floats(4, 400), height=st.floats(4, 400), margin=st.floats(0, 1))
def test_the_margin_of_a_plate_is_equal_on_all_sides(
    width: float, height: float, margin: float
) -> None:
    """A detection is off by as many pixels on every side, however long the plate; a share of a long
    plate's width would hide much of the car beside it."""
    box = with_margin(Box(0, 0, width, height), margin, Target.PLATE)
    beyond = OF_RECTANGLES * margin * np.sqrt(width * height)
    assert box == pytest.approx((-beyond, -beyond, width + beyond, height + beyond))


@given(
    width=st.floats(1, 2000), height=st.floats(1, 2000), margin=st.floats(0, 1),
    target=st.sampled_from(Target),
)  # fmt: skip
def test_a_mask_drawn_by_a_person_is_drawn_exactly(
    width: float, height: float, margin: float, target: Target
) -> None:
    mask = Box(30, 40, 30 + width, 40 + height)
    drawn = with_margin(without_margin(mask, margin, target), margin, target)
    assert tuple(drawn) == pytest.approx(tuple(mask), abs=1e-6)


def test_the_default_margin_is_an_eighth_of_a_face_and_a_negative_one_is_none() -> None:
    face = Box(0, 0, 100, 100)
    assert with_margin(face, RenderSettings().margin, Target.FACE).width == pytest.approx(124)
    assert with_margin(face, -1, Target.FACE) == with_margin(face, -1, Target.PLATE) == face
