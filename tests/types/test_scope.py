"""What a user excludes from the search is left out, and nothing else."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings, Sensitivity
from redact.types import EVERYWHERE, Box, Detections, Scope, Target, Timeline

AREA = Box(100, 50, 300, 200)
number = st.floats(0, 400, allow_nan=False, width=32)
boxes = st.tuples(number, number, number, number).map(
    lambda v: Box(min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]) + 1, max(v[1], v[3]) + 1)
)


def detections(found: list[Box]) -> Detections:
    n = len(found)
    xyxy = np.array(found, np.float32).reshape(n, 4)
    return Detections(xyxy, np.ones(n, np.float32), np.full(n, Target.FACE, np.int8))


@given(st.lists(boxes, max_size=6))
def test_without_limits_everything_is_searched_for(found: list[Box]) -> None:
    given = detections(found)
    assert EVERYWHERE.everything and EVERYWHERE.at(1e9)
    assert len(EVERYWHERE.select(given)) == len(found) and not EVERYWHERE.limits()


@given(st.lists(boxes, max_size=6))
def test_only_what_lies_wholly_inside_is_ignored(found: list[Box]) -> None:
    """A face that reaches one pixel outside the area is searched for."""
    left = Scope(ignored=(AREA,)).select(detections(found))
    assert len(left) == sum(not AREA.contains(box) for box in found)


@given(st.lists(boxes, max_size=6))
def test_everything_that_touches_an_area_is_searched_for(found: list[Box]) -> None:
    left = Scope(only=(AREA, Box(0, 0, 10, 10))).select(detections(found))
    touching = [b for b in found if b.common(AREA) > 0 or b.common(Box(0, 0, 10, 10)) > 0]
    assert len(left) == len(touching)


def test_a_span_is_extended_by_a_second_at_either_end() -> None:
    scope = Scope(between=((5, 6), (20, 30)))
    assert [t for t in (3.9, 4.0, 5.5, 7.0, 7.1, 19.0, 31.0, 31.1) if scope.at(t)] == [
        4.0, 5.5, 7.0, 19.0, 31.0,
    ]  # fmt: skip


def test_every_limit_is_named_with_its_option() -> None:
    scope = Scope(((5, 6),), (AREA,), (AREA,))
    settings = DetectSettings((Target.FACE,), Sensitivity.FAST, scope=scope)
    source = SourceRef("clip.mp4", "0" * 64, 1, 320, 240, Timeline(Fraction(1, 25), (0,)))
    words = "\n".join(map(str, Plan(source, settings, ()).not_searched))
    assert "outside 0:05.0–0:06.0, neither in the search nor in the audit (--only-between)" in words
    assert "inside the area 100,50,200,150," in words and "(--ignore-area)" in words
    assert "outside the area 100,50,200,150," in words and "(--only-area)" in words
