"""The first and the last picture of a person are searched for closely, and never without a mask."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.types import Box, Detections, Frame

from .scenes import (
    HEIGHT,
    WEIGHTS,
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

BRIGHT = 190
"""Grey level above which the place of `flickering` shows it."""

PLACE = Box(140.0, 70.0, 170.0, 106.0)


def flickering(first: int, last: int, count: int) -> list[Frame]:
    """A person whose pixels change completely in every picture, as in the noise of the dark, so
    that they cannot be followed. Present from frame `first` to `last`."""
    ground = texture(99, HEIGHT, WIDTH) // 2
    rng = np.random.default_rng(3)
    frames = []
    x1, y1, x2, y2 = map(int, PLACE)
    for i in range(count):
        picture = ground.copy()
        if first <= i <= last:
            picture[y1:y2, x1:x2] = rng.integers(160, 255, (y2 - y1, x2 - x1))
        frames.append(as_frame(i, picture))
    return frames


def find(
    grey: NDArray[np.uint8], boxes: NDArray[np.float64], target: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """A close scan that detects the bright spot."""
    odds = []
    for x1, y1, x2, y2 in boxes.round().astype(int).tolist():
        part = grey[max(0, y1) : y2, max(0, x1) : x2]
        odds.append(0.0 if part.size and part.mean() > BRIGHT else -4.0)
    return boxes, np.array(odds, np.float32)


def looked(count: int, first: int, last: int) -> list[Detections | None]:
    """The detections of a detector that scans every third picture."""
    found = seen([PLACE])
    return [
        None if i % 3 else found if first <= i <= last else Detections.empty() for i in range(count)
    ]


def test_a_person_detected_late_is_searched_for_back_to_the_first_picture() -> None:
    frames = flickering(0, 60, 60)
    tracks = track_clip(frames, looked(60, 27, 60), tracker_of(find=find)).tracks
    for i in range(60):
        assert covered(tracks, i, PLACE), i


def test_a_lost_person_is_searched_for_until_gone() -> None:
    frames = flickering(0, 44, 70)
    tracks = track_clip(frames, looked(70, 0, 24), tracker_of(find=find)).tracks
    for i in range(45):
        assert covered(tracks, i, PLACE), i
    assert max(t.last for t in tracks) < 44 + 10  # and no longer


def test_nobody_is_searched_for_before_a_cut() -> None:
    after = flickering(0, 60, 40)
    before = [as_frame(i, texture(5, HEIGHT, WIDTH) // 4 + 190) for i in range(20)]
    frames = before + [
        Frame(f.index + 20, f.pts + 20 * 512, Fraction(f.time_base), f.picture) for f in after
    ]
    found = [Detections.empty()] * 24 + looked(36, 0, 60)
    tracks = track_clip(frames, found, tracker_of(find=find))
    assert tracks.cuts == (20,)
    assert [t.first for t in tracks.tracks] == [20]


@pytest.mark.parametrize("speed", [6.0, -6.0])
def test_a_mask_does_not_leave_the_place_of_a_detection(speed: float) -> None:
    """Before the first and after the last sighting it stays, and extends further."""
    thing = Thing(lambda i: (140.0 + speed * (i - 20), 60.0))
    ground = texture(99, HEIGHT, WIDTH)
    frames = [as_frame(i, draw(ground, [thing], i)) for i in range(40)]
    found = [seen([thing.box(i)]) if 15 <= i <= 25 else Detections.empty() for i in range(40)]
    tracker = tracker_of("balanced", "follow")
    (track,) = track_clip(frames, found, tracker).tracks
    assert track.first < 15 and track.last > 25
    for beyond, edge in (
        *((i, 15) for i in range(track.first, 15)),
        *((i, 25) for i in range(26, track.last + 1)),
    ):
        here = track.at(beyond)
        assert here is not None and here.box.contains(thing.box(edge), 1.0), beyond


@pytest.mark.parametrize("bias", [-2.03, 6.0])
def test_a_person_who_enters_beside_a_false_detection_is_not_joined_to_it(bias: float) -> None:
    """Something on the ground is faintly detected; then somebody fast enters at the border and is
    plainly detected by the next scan. In the pictures between, the mask is on the person, whether
    the false detection is believed or not."""
    weights = {"face": {**WEIGHTS["face"], "bias": bias}}
    enters = Thing(lambda n: (20.0 * (n - 7), 70.0))
    false = seen([Box(38, 70, 68, 106)], 0.06)
    found = [None] * 4 + [false, None, None, None]
    found += [seen([enters.box(n)]) for n in range(8, 14)]
    tracker = tracker_of("balanced", weights=weights)
    tracks = track_clip(rendered([enters], 14), found, tracker).tracks
    for n in range(7, 14):
        assert covered(tracks, n, enters.box(n), 0.83), n
