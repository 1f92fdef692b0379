"""Scene cuts: real ones split tracks; flashes and fades do not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from redact.plan import SourceRef, build_plan, with_all_subjects
from redact.settings import DetectSettings
from redact.types import Box, Detections, Timeline

from .scenes import (
    HEIGHT,
    WIDTH,
    Grey,
    Thing,
    as_frame,
    covered,
    draw,
    seen,
    texture,
    track_clip,
)

STAND = Thing(lambda i: (100.0, 60.0))
A, B = texture(1, HEIGHT, WIDTH), texture(2, HEIGHT, WIDTH) // 3 + 10
NONE = Detections.empty()


def test_cut_splits_tracks_and_stops_padding() -> None:
    frames = [as_frame(i, draw(A, [STAND], i) if i < 20 else B) for i in range(45)]
    found = [seen([STAND.box(i)]) if i < 20 else NONE for i in range(45)]
    tracks = track_clip(frames, found)
    assert tracks.cuts == (20,)
    assert max(t.last for t in tracks.tracks) == 19


def test_onset_does_not_reach_over_a_cut() -> None:
    frames = [as_frame(i, draw(A, [STAND], i) if i >= 20 else B) for i in range(45)]
    found = [seen([STAND.box(i)]) if i >= 22 else NONE for i in range(45)]
    tracks = track_clip(frames, found)
    assert tracks.cuts == (20,)
    assert [t.first for t in tracks.tracks] == [20]
    assert covered(tracks.tracks, 20, STAND.box(20))


def flashed(picture: Grey, gain: float = 2, lift: int = 90) -> Grey:
    return np.minimum(picture.astype(int) * gain + lift, 255).astype(np.uint8)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_flash_is_no_cut(length: int) -> None:
    frames = []
    for i in range(40):
        picture = draw(A, [STAND], i)
        frames.append(as_frame(i, flashed(picture) if 15 <= i < 15 + length else picture))
    found = [NONE if 15 <= i < 15 + length else seen([STAND.box(i)]) for i in range(40)]
    tracks = track_clip(frames, found)
    assert tracks.cuts == ()
    assert len(tracks.tracks) == 1
    for i in range(40):
        assert covered(tracks.tracks, i, STAND.box(i)), i


@pytest.mark.parametrize(("ground", "gain", "lift"), [(A // 2, 2.5, 0), (A, 6, 60)])
def test_cuts_are_found_in_footage_that_flashes_all_the_time(
    ground: Grey, gain: float, lift: int
) -> None:
    """Corners are lost at both ends of a flash, and no picture before it may resemble one after it,
    if it began before the clip, or burnt everything out for longer than pictures are kept."""
    lit = {*range(3), *range(15, 21), *range(23, 32), *range(43, 46)}
    pictures = [draw(ground, [STAND], i) if i < 40 else B for i in range(60)]
    frames = [
        as_frame(i, flashed(picture, gain, lift) if i in lit else picture)
        for i, picture in enumerate(pictures)
    ]
    assert track_clip(frames, [NONE] * 60).cuts == (40,)


@pytest.mark.parametrize("light", [1.0, 0.75])
def test_one_room_at_another_time_is_another_scene(light: float) -> None:
    """Somebody else may be there: the background is found again, but not everything."""
    people = [(30.0, 7), (180.0, 8)]
    moments = [
        draw(A, [Thing(lambda i, x=x: (x + i / 2, 20.0), (90, 150), seed)], i)
        for x, seed in people
        for i in range(22)
    ]
    frames = [
        as_frame(i, picture if i < 22 else (picture * light).astype(np.uint8))
        for i, picture in enumerate(moments)
    ]
    assert track_clip(frames, [NONE] * 44).cuts == (22,)


def test_fade_to_black_is_no_cut() -> None:
    frames = [
        as_frame(i, (draw(A, [STAND], i) * max(0.0, 1 - i / 30)).astype(np.uint8))
        for i in range(40)
    ]
    assert track_clip(frames, [NONE] * 40).cuts == ()


def test_dissolve_is_no_cut() -> None:
    frames = []
    for i in range(50):
        share = np.clip((i - 15) / 20, 0, 1)
        frames.append(as_frame(i, (A * (1 - share) + B * share).astype(np.uint8)))
    assert track_clip(frames, [NONE] * 50).cuts == ()


def test_fast_pan_is_no_cut() -> None:
    wide = texture(3, HEIGHT, WIDTH + 50 * 30, 12)
    frames = [
        as_frame(i, np.ascontiguousarray(wide[:, 30 * i : 30 * i + WIDTH])) for i in range(50)
    ]
    assert track_clip(frames, [NONE] * 50).cuts == ()


def test_a_large_object_entering_fast_is_no_cut() -> None:
    bus = Thing(lambda i: (-400.0 + 25 * i, 10.0), (300, 170), 9)
    frames = [as_frame(i, draw(A, [bus], i)) for i in range(40)]
    assert track_clip(frames, [seen([Box(10, 10, 40, 40)])] + [NONE] * 39).cuts == ()


def test_a_track_ends_where_it_begins_to_look_like_somebody_else() -> None:
    """As after a missed cut: a person who appears in somebody's place is not kept along with
    them."""
    other = Thing(STAND.place, seed=5)
    frames = [as_frame(i, draw(A, [STAND if i < 20 else other], i)) for i in range(40)]
    found = track_clip(frames, [seen([STAND.box(i)]) for i in range(40)])
    assert found.cuts == ()
    assert [(t.first, t.last) for t in found.tracks] == [(0, 19), (20, 39)]
    assert all(covered(found.tracks, i, STAND.box(i)) for i in range(40))
    timeline = Timeline(Fraction(1, 25), tuple(range(40)))
    source = SourceRef("a.mp4", "0" * 64, 1, WIDTH, HEIGHT, timeline)
    plan = with_all_subjects(build_plan(source, DetectSettings(), found.tracks, found.cuts, ()))
    assert [subject.tracks for subject in plan.subjects] == [(1,), (2,)]
    same = track_clip(
        [as_frame(i, draw(A, [STAND], i)) for i in range(40)],
        [seen([STAND.box(i)]) for i in range(40)],
    )
    assert len(same.tracks) == 1


def test_a_cut_in_the_last_moment_of_a_clip_is_one() -> None:
    frames = [as_frame(i, draw(A, [STAND], i) if i < 40 else B) for i in range(45)]
    tracks = track_clip(frames, [seen([STAND.box(i)]) if i < 40 else NONE for i in range(45)])
    assert tracks.cuts == (40,)
    assert max(t.last for t in tracks.tracks) == 39


@pytest.mark.parametrize("another", [True, False, None])
def test_a_track_continues_over_a_jump_only_on_the_same_person(another: bool | None) -> None:
    """A still camera, some time later: no cut, as most of the picture is the same. A kept man
    became another who stood in his place. Somebody without recognisable texture (None) may be
    another."""
    here, place = Box(100, 60, 130, 96), np.s_[60:96, 100:130]
    one, unlike = texture(1, 36, 30, 5), texture(7, 36, 30, 5)
    if another is None:
        here, place = Box(100, 40, 150, 100), np.s_[30:110, 90:160]
        one = np.full((80, 70), 90, np.uint8)
    other = (one // 2 + unlike // 2).astype(np.uint8) if another else one
    walkers = [Thing(lambda i, x=x: (x if i < 20 else x + 34, 110), seed=x) for x in (10, 150, 220)]
    frames = []
    for i in range(40):
        picture = draw(A, walkers, i)
        picture[place] = one if i < 20 else other
        frames.append(as_frame(i, picture))
    tracks = track_clip(frames, [seen([here])] * 40)
    assert tracks.cuts == ()
    spans = [(t.first, t.last) for t in tracks.tracks]
    assert spans == ([(0, 39)] if another is False else [(0, 19), (20, 39)])
