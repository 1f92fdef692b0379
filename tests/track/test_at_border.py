"""Whoever comes in over the border of the picture is hidden up to it, until seen again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.track.at_border import whole_at_border
from redact.types import Box, Target

from .scenes import HEIGHT, WIDTH, Thing, contained, rendered, seen, track_clip

SIDE = st.floats(-20, 340)
SPEED = 5
FRAMES = 16


def visible(box: Box) -> Box:
    return Box(max(box.x1, 0), max(box.y1, 0), min(box.x2, WIDTH), min(box.y2, HEIGHT))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "place",
    [
        lambda n: (-30 + SPEED * n, 60),
        lambda n: (WIDTH - SPEED * n, 60),
        lambda n: (150, -36 + SPEED * n),
        lambda n: (150, HEIGHT - SPEED * n),
    ],
    ids=["left", "right", "top", "bottom"],
)
def test_a_face_is_hidden_while_it_comes_in_or_goes_out(place, backwards: bool) -> None:  # type: ignore[no-untyped-def]
    """Detected in part at the border, then only followed for a quarter of a second."""
    thing = Thing((lambda n: place(FRAMES - 1 - n)) if backwards else place)
    looks = {FRAMES - 1 - n if backwards else n for n in (3, 4)}
    found = [seen([visible(thing.box(n))] if n in looks else []) for n in range(FRAMES)]
    tracks = track_clip(rendered([thing], FRAMES), found).tracks
    there = range(5, FRAMES) if backwards else range(FRAMES - 5)
    assert [n for n in there if not contained(tracks, n, visible(thing.box(n)))] == []


@given(st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE), min_size=1, max_size=9), st.data())
def test_boxes_only_grow_and_seen_ones_stay(
    corners: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    x1, y1, x2, y2 = np.array(corners).T
    boxes = np.stack([np.minimum(x1, x2), np.minimum(y1, y2), np.maximum(x1, x2), y1], axis=1)
    boxes[:, 3] = np.maximum(y1, y2)
    rows = data.draw(st.sets(st.integers(0, len(boxes) - 1)))
    detected = np.array(sorted(rows), np.intp)
    for target in (Target.FACE, Target.PLATE):
        out = whole_at_border(boxes, detected, (WIDTH, HEIGHT), target)
        assert (out[:, :2] <= boxes[:, :2]).all() and (out[:, 2:] >= boxes[:, 2:]).all()
        assert (out[detected] == boxes[detected]).all()


def test_who_was_seen_inside_is_not_stretched() -> None:
    boxes = np.array([[100.0, 50, 130, 86], [60, 50, 90, 86], [40, 50, 70, 86]])
    detected = np.array([0], np.intp)
    assert (whole_at_border(boxes, detected, (WIDTH, HEIGHT), Target.FACE) == boxes).all()
