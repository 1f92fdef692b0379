"""Tiles cover everything, and every small object lies wholly in one of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from redact.detection.loader import SCALES
from redact.detection.parts import Scale, spans, views


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
    for scales in SCALES.values():
        seen = views(width, height, scales, aspect)
        assert seen and len(set(seen)) == len(seen)
        largest = max(s.tile for s in scales)
        for view in seen:
            area = view.area
            assert area.left >= 0 and area.left + area.width <= width
            assert area.top >= 0 and area.top + area.height <= height
            assert min(view.size) >= 1 and max(view.size) <= largest + 8


def test_own_pixels_and_shows_square_pixels() -> None:
    (whole,) = views(720, 576, (Scale(416, up_to=4096),), aspect=16 / 15)
    assert whole.size == (720 * 16 // 15, 576) or whole.size[1] <= 576
    assert abs(whole.size[0] / whole.size[1] - 720 * 16 / 15 / 576) < 0.01
