"""Masks contain the whole box and its margin, and not absurdly more."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.errors import UnsafeError
from redact.render import RIM, drawn_area_of, mask_of
from redact.types import Box, Region, State, Target

from .pictures import regions

WIDTH, HEIGHT = 90, 70


@settings(max_examples=300, deadline=None)
@given(found=regions(WIDTH, HEIGHT), margin=st.floats(0, 0.6))
def test_every_pixel_that_the_margin_box_touches_is_masked(
    found: list[Region], margin: float
) -> None:
    mask = mask_of(found, WIDTH, HEIGHT, margin)
    for region in found:
        box = region.box.grown(margin)
        rows = slice(max(0, math.floor(box.y1)), max(0, math.ceil(box.y2)))
        columns = slice(max(0, math.floor(box.x1)), max(0, math.ceil(box.x2)))
        assert mask[rows, columns].all()


@settings(max_examples=50, deadline=None)
@given(found=regions(WIDTH, HEIGHT), more=regions(WIDTH, HEIGHT))
def test_a_mask_is_the_union_of_its_regions(found: list[Region], more: list[Region]) -> None:
    both = mask_of(found + more, WIDTH, HEIGHT, 0.1)
    apart = mask_of(found, WIDTH, HEIGHT, 0.1) | mask_of(more, WIDTH, HEIGHT, 0.1)
    assert np.array_equal(both, apart)


@pytest.mark.parametrize(("target", "most"), [(Target.FACE, 1.5), (Target.PLATE, 1.35)])
def test_a_mask_hides_little_more_than_it_must(target: Target, most: float) -> None:
    box = Box(100, 100, 200, 230)
    mask = mask_of([Region(1, target, box, State.DETECTED)], 400, 400, 0.15)
    assert 1 <= mask.sum() / box.grown(0.15).area <= most


def test_a_face_is_round_and_a_plate_is_not() -> None:
    box = Box(100, 100, 300, 200)
    face = mask_of([Region(1, Target.FACE, box, State.DETECTED)], 400, 300, 0.0)
    plate = mask_of([Region(1, Target.PLATE, box, State.DETECTED)], 400, 300, 0.0)
    assert face.any(axis=0).sum() > plate.any(axis=0).sum() > 200
    # A face has less of its bounding rectangle than a plate.
    share = [m.sum() / (m.any(axis=0).sum() * m.any(axis=1).sum()) for m in (face, plate)]
    assert share[0] < 0.95 < share[1]


def test_the_drawn_area_is_the_mask_and_its_rim() -> None:
    found = [Region(1, Target.FACE, Box(40, 30, 50, 40), State.DETECTED)]
    mask, drawn = mask_of(found, 90, 70, 0), drawn_area_of(found, 90, 70, 0)
    assert drawn[mask].all()
    assert drawn.any(axis=0).sum() == mask.any(axis=0).sum() + 2 * RIM


def test_a_box_with_swapped_edges_is_masked_all_the_same() -> None:
    there = mask_of([Region(1, Target.PLATE, Box(10, 20, 30, 40), State.MANUAL)], 60, 60, 0.1)
    back = mask_of([Region(1, Target.PLATE, Box(30, 40, 10, 20), State.MANUAL)], 60, 60, 0.1)
    assert np.array_equal(there, back)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e12])
def test_a_box_that_cannot_be_drawn_stops_the_run(bad: float) -> None:
    with pytest.raises(UnsafeError, match="track 7"):
        mask_of([Region(7, Target.FACE, Box(0, 0, bad, 10), State.DETECTED)], 60, 60, 0.1)
