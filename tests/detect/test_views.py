"""Tiles cover the whole picture, every small object lies wholly in one of them, and a part of a
picture looks the same to the networks as within the whole."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redact.detection import BALANCED_SIZES, THOROUGH_SIZES, load_detector
from redact.detection.views import GRID, PART_CONTEXT, Scale, View, spans, spans_of, views
from redact.types import Frame, Rect

from ..pipeline.conftest import SAMPLE


@given(
    length=st.integers(1, 9000),
    tile=st.integers(150, 2000),
    share=st.floats(0.0, 0.5),
)
def test_spans_cover_and_overlap(length: int, tile: int, share: float) -> None:
    overlap = int(tile * share)
    found = spans(length, tile, overlap)
    assert found[0][0] == 0 and found[-1][1] == length
    assert all(0 <= a < b <= length and a % 8 == 0 for a, b in found)
    assert all(b - a <= tile for a, b in found)
    for (_, end), (begin, _) in pairwise(found):
        assert end - begin >= overlap


@given(width=st.integers(1, 5000), height=st.integers(1, 5000), aspect=st.floats(0.5, 2.0))
def test_views_stay_inside_and_are_bounded(width: int, height: int, aspect: float) -> None:
    for scales in (BALANCED_SIZES.ours, THOROUGH_SIZES.ours):
        seen = views(width, height, scales, aspect)
        assert seen and len(set(seen)) == len(seen)
        largest = max(s.tile for s in scales)
        for view in seen:
            area = view.area
            assert 0 <= area.x1 < area.x2 <= width and 0 <= area.y1 < area.y2 <= height
            assert min(view.size) >= 1 and max(view.size) <= largest + 8


@example(640, 360, 1281, 1280)
@given(st.integers(16, 4000), st.integers(16, 4000), st.integers(1, 2000), st.integers(1, 2000))
def test_a_tile_as_long_as_the_picture_is_one_view(w: int, h: int, over: int, under: int) -> None:
    """With pixels of 1281:1280, as scaling leaves them, there used to be two, and the search
    failed."""
    (view,) = views(w, h, (Scale(416, tile=416),), over / under)
    assert view.area == (0, 0, w, h)


def test_a_view_has_square_pixels_and_is_not_enlarged() -> None:
    (whole,) = views(720, 576, (Scale(416, up_to=4096),), aspect=16 / 15)
    assert whole.size == (720 * 16 // 15, 576) or whole.size[1] <= 576
    assert abs(whole.size[0] / whole.size[1] - 720 * 16 / 15 / 576) < 0.01


@pytest.fixture(scope="module")
def frame() -> Frame:
    """A frame of the sample with faces and plates."""
    with av.open(str(SAMPLE)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number == 75:
                return Frame(0, 0, Fraction(1, 25), picture)
    raise AssertionError


def test_detections_in_a_part_equal_those_in_the_whole(frame: Frame) -> None:
    detector = load_detector()
    whole = detector.detect_frame(frame)
    sure = whole.select(whole.score >= 0.5)
    assert len(sure) >= 2
    for box, score, target in zip(sure.xyxy, sure.score, sure.target, strict=True):
        x1, y1, x2, y2 = (int(v) for v in box)
        part = detector.detect_frame(frame, [Rect(x1, y1, x2 + 1, y2 + 1)])
        near = np.abs(part.xyxy - box).max(axis=1) <= 0.1 * max(x2 - x1, y2 - y1)
        alike = part.select(near & (part.target == target))
        assert len(alike) and abs(float(alike.score[0] - score)) < 0.2


side = st.integers(1, 2000)


@given(side, side, st.lists(st.tuples(side, side, side, side), min_size=1, max_size=4), st.data())
def test_spans_contain_the_requested_parts(
    width: int, height: int, wanted: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    zoom = data.draw(st.sampled_from([0.25, 0.5, 1.0, 1.37, 2.0]))
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    view = View(Rect(0, 0, width, height), size)
    areas = [Rect(x, y, x + w, y + h) for x, y, w, h in wanted]
    spans = spans_of(view, areas)
    shown = np.zeros((size[1], size[0]), np.bool_)
    assert sum(span.pixels for span in spans) <= size[0] * size[1]
    for x1, y1, x2, y2 in spans:
        assert 0 <= x1 < x2 <= size[0] and 0 <= y1 < y2 <= size[1]
        assert x1 % GRID == 0 and y1 % GRID == 0
        shown[y1:y2, x1:x2] = True
    for left, top, wide, tall in wanted:
        x, y = left * size[0] / width, top * size[1] / height
        right, bottom = x + wide * size[0] / width, y + tall * size[1] / height
        columns = slice(max(0, int(x - PART_CONTEXT)), int(right + PART_CONTEXT))
        rows = slice(max(0, int(y - PART_CONTEXT)), int(bottom + PART_CONTEXT))
        if x < size[0] and y < size[1]:
            assert shown[rows, columns].all()
