"""Following by pixels, forwards and backwards, through the whole Tracker."""

from __future__ import annotations

import numpy as np
import pytest

from redact.types import Box, Detections, State

from .scenes import (
    HEIGHT,
    WIDTH,
    Thing,
    as_frame,
    covered,
    draw,
    rendered,
    seen,
    texture,
    track_clip,
    tracker_of,
)

WALK = Thing(lambda i: (40.0 + 2.5 * i, 60.0 + 0.5 * i))
NONE = Detections.empty()


def found_in(thing: Thing, count: int, frames: range | set[int]) -> list[Detections]:
    return [seen([thing.box(i)]) if i in frames else NONE for i in range(count)]


def test_object_is_followed_back_to_before_its_first_detection() -> None:
    tracks = track_clip(rendered([WALK], 60), found_in(WALK, 60, range(35, 60)))
    assert len(tracks.tracks) == 1
    track = tracks.tracks[0]
    for i in range(60):
        assert covered(tracks.tracks, i, WALK.box(i), 0.95), i
    here = track.at(10)
    assert here is not None and here.state is State.FOLLOWED
    assert here.box.area < 3.5 * WALK.box(10).area


def test_object_is_followed_forward_after_its_last_detection() -> None:
    """For as long as it was seen before, and a little more; the box then lags by a pixel of its
    30."""
    tracks = track_clip(rendered([WALK], 60), found_in(WALK, 60, range(25)))
    for i in range(54):
        assert covered(tracks.tracks, i, WALK.box(i), 0.93), i


def test_without_following_the_same_clip_leaks() -> None:
    tracker = tracker_of("balanced", "follow")
    tracks = track_clip(rendered([WALK], 60), found_in(WALK, 60, range(35, 60)), tracker)
    assert not covered(tracks.tracks, 5, WALK.box(5), 0.5)


def test_gap_is_filled_by_what_the_pixels_show() -> None:
    """The path turns inside the gap: interpolation alone would miss it."""
    turn = Thing(lambda i: (60.0 + 3 * i, 40.0 + 60 * np.sin(i / 60 * np.pi)))
    tracks = track_clip(rendered([turn], 60), found_in(turn, 60, {*range(8), *range(52, 60)}))
    assert len(tracks.tracks) == 1
    for i in range(60):
        assert covered(tracks.tracks, i, turn.box(i), 0.95), i


def test_following_ends_where_the_object_is_hidden() -> None:
    """A wall comes in front; the mask must not stay on the wall for seconds."""
    walk = Thing(lambda i: (20.0 + 4 * i, 70.0))
    wall = Thing(lambda i: (160.0, 0.0), (150, 180), 7)
    tracks = track_clip(rendered([walk, wall], 90), found_in(walk, 90, range(20)))
    last = max(t.last for t in tracks.tracks)
    hidden = 40  # all of it is behind the wall from here on
    assert 34 <= last <= hidden + 20


def test_a_chance_detection_is_not_followed_for_long() -> None:
    found = [seen([Box(200, 100, 230, 136)], 0.98) if i == 30 else NONE for i in range(75)]
    tracks = track_clip(rendered([], 75), found)
    assert len(tracks.tracks) == 1
    assert tracks.tracks[0].last - tracks.tracks[0].first <= 2 * (0.2 + 0.2) * 25 + 2


@pytest.mark.parametrize("gain", [0.15, 0.4])
def test_low_light_with_noise(gain: float) -> None:
    rng = np.random.default_rng(5)
    ground = texture(99, HEIGHT, WIDTH)
    frames = []
    for i in range(40):
        dark = draw(ground, [WALK], i) * gain + rng.normal(0, 3, ground.shape)
        frames.append(as_frame(i, dark.clip(0, 255).astype(np.uint8)))
    tracks = track_clip(frames, found_in(WALK, 40, range(22, 40)))
    for i in range(4, 40):
        assert covered(tracks.tracks, i, WALK.box(i), 0.95), i


def test_panning_camera_with_gaps() -> None:
    """The ground moves 9 pixels a frame, and the object with it."""
    wide = texture(99, HEIGHT, WIDTH + 600)
    stand = Thing(lambda i: (500.0 - 9 * i, 70.0))
    frames = [
        as_frame(i, draw(np.ascontiguousarray(wide[:, 9 * i : 9 * i + WIDTH]), [stand], i))
        for i in range(60)
    ]
    found = [
        seen([stand.box(i)])
        if stand.box(i).x2 < WIDTH and i % 6 < 2 and stand.box(i).x1 > 0
        else NONE
        for i in range(60)
    ]
    tracks = track_clip(frames, found)
    for i in range(60):
        box = stand.box(i)
        visible = Box(max(box.x1, 0), box.y1, min(box.x2, WIDTH), box.y2)
        if visible.width > 2:
            assert covered(tracks.tracks, i, visible, 0.95), i


def test_flash_does_not_end_protection() -> None:
    frames = list(rendered([WALK], 50))
    for i in (24, 25):
        frames[i] = as_frame(i, np.full((HEIGHT, WIDTH), 250, np.uint8))
    tracks = track_clip(frames, found_in(WALK, 50, range(20)))
    assert tracks.cuts == ()
    for i in range(44):
        assert covered(tracks.tracks, i, WALK.box(i), 0.95), i


def test_ten_bit_frames() -> None:
    ground = texture(99, HEIGHT, WIDTH)
    frames = [as_frame(i, draw(ground, [WALK], i), pixels="yuv420p10le") for i in range(40)]
    tracks = track_clip(frames, found_in(WALK, 40, range(20, 40)))
    assert covered(tracks.tracks, 2, WALK.box(2), 0.95)
