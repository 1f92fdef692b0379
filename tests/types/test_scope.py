"""What a user excludes from the search is left out, and nothing else."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings
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
    assert EVERYWHERE.everything and not EVERYWHERE.areas_in_words
    assert len(EVERYWHERE.select(given)) == len(found)


@given(st.lists(boxes, max_size=6))
def test_only_what_lies_wholly_inside_is_ignored(found: list[Box]) -> None:
    """A face that reaches one pixel outside the area is searched for."""
    left = Scope(ignored=(AREA,)).select(detections(found))
    assert len(left) == sum(not AREA.contains(box) for box in found)


def test_an_ignored_area_is_named_with_its_option() -> None:
    settings = DetectSettings((Target.FACE,), scope=Scope((AREA,)))
    source = SourceRef("clip.mp4", "0" * 64, 1, 320, 240, Timeline(Fraction(1, 25), (0,)))
    words = "\n".join(map(str, Plan(source, settings, ()).not_searched))
    assert "inside the area 100,50,200,150," in words and "(--ignore-area)" in words
