"""A face that enters over the border is hidden up to the border until it is detected again."""

from __future__ import annotations

import pytest

from redact.types import Box

from .scenes import HEIGHT, WIDTH, Thing, contained, rendered, seen, track_clip

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
    """Partly detected at the border, then only followed for a quarter of a second."""
    thing = Thing((lambda n: place(FRAMES - 1 - n)) if backwards else place)
    looks = {FRAMES - 1 - n if backwards else n for n in (3, 4)}
    found = [seen([visible(thing.box(n))] if n in looks else []) for n in range(FRAMES)]
    tracks = track_clip(rendered([thing], FRAMES), found).tracks
    there = range(5, FRAMES) if backwards else range(FRAMES - 5)
    assert [n for n in there if not contained(tracks, n, visible(thing.box(n)))] == []
