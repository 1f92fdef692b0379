"""The tracker's input: order, intervals, damaged frames, odd clips, memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from redact.track import TrackSettings
from redact.track.camera_motion import motion_between
from redact.track.geometry import IDENTITY
from redact.track.small_pictures import shrink
from redact.types import Box, Detections, Frame, State, Target

from .scenes import (
    HEIGHT,
    WIDTH,
    Thing,
    as_frame,
    contained,
    covered,
    draw,
    is_due,
    rendered,
    seen,
    texture,
    track_clip,
    tracker_of,
)

STAND = Thing(lambda i: (100.0, 60.0))
WALK = Thing(lambda i: (40.0 + 2.0 * i, 60.0))
NONE = Detections.empty()


def test_frames_out_of_order_are_refused() -> None:
    tracker = tracker_of()
    frames = list(rendered([], 3))
    tracker.observe(frames[0], NONE)
    with pytest.raises(ValueError, match="expected"):
        tracker.observe(frames[2], NONE)


def test_clip_without_frames_or_findings() -> None:
    assert tracker_of().finish().tracks == ()
    assert track_clip(rendered([], 5), [NONE] * 5).tracks == ()


def test_single_frame() -> None:
    tracks = track_clip(rendered([STAND], 1), [seen([STAND.box(0)])])
    assert contained(tracks.tracks, 0, STAND.box(0))


def test_two_people_who_cross_stay_two_tracks() -> None:
    a = Thing(lambda i: (20.0 + 4 * i, 50.0), seed=1)
    b = Thing(lambda i: (240.0 - 4 * i, 64.0), seed=2)
    found = [seen([a.box(i), b.box(i)]) if not 22 <= i <= 32 else NONE for i in range(55)]
    tracks = track_clip(rendered([a, b], 55), found)
    assert len(tracks.tracks) == 2
    for i in range(55):
        assert covered(tracks.tracks, i, b.box(i), 0.95), i
    ends = sorted(t.at(54).box.x1 for t in tracks.tracks if t.at(54))  # type: ignore[union-attr]
    assert ends[0] < 40 and ends[1] > 200


def test_face_and_plate_are_never_one_track() -> None:
    found = [seen([STAND.box(i)], 0.99, (Target.FACE, Target.PLATE)[i % 2]) for i in range(20)]
    tracks = track_clip(rendered([STAND], 20), found).tracks
    assert {t.target for t in tracks} == {Target.FACE, Target.PLATE}


def test_a_single_weak_detection_is_dropped_except_by_thorough() -> None:
    found = [seen([Box(50, 50, 80, 80)], 0.62) if i == 10 else NONE for i in range(20)]
    assert track_clip(rendered([], 20), found, tracker_of("balanced")).tracks == ()
    kept = track_clip(rendered([], 20), found, tracker_of("thorough")).tracks
    assert contained(kept, 10, Box(50, 50, 80, 80))


@pytest.mark.parametrize("firm_at", [0, 14, 29])
def test_weak_detections_that_agree_are_a_track_if_one_is_firm(firm_at: int) -> None:
    found = [seen([WALK.box(i)], 0.9 if i == firm_at else 0.1) for i in range(30)]
    tracks = track_clip(rendered([WALK], 30), found).tracks
    for i in range(30):
        assert contained(tracks, i, WALK.box(i)), i


def test_weak_detections_without_a_firm_one_are_dropped_unless_thorough() -> None:
    found = [seen([WALK.box(i)], 0.1) for i in range(30)]
    assert track_clip(rendered([WALK], 30), found, tracker_of("balanced")).tracks == ()
    kept = track_clip(rendered([WALK], 30), found, tracker_of("thorough")).tracks
    assert all(contained(kept, i, WALK.box(i)) for i in range(30))


def test_constant_weak_detections_are_hidden_and_a_single_one_is_not() -> None:
    small = Thing(lambda i: (100.0, 60.0), (16, 18))
    often = [seen([small.box(i)], 0.3) for i in range(30)]
    tracks = track_clip(rendered([small], 30), often).tracks
    assert all(contained(tracks, i, small.box(i)) for i in range(30))
    once = [found if i == 12 else NONE for i, found in enumerate(often)]
    assert track_clip(rendered([small], 30), once).tracks == ()


def test_faint_detections_do_not_swell_a_sure_track() -> None:
    """Each is looser than the one before: a face used to become half of the room."""
    found = [seen([STAND.box(i)]) for i in range(4)]
    found += [seen([STAND.box(i).grown(0.25 * (i - 3))], score=0.02) for i in range(4, 16)]
    tracks = track_clip(rendered([STAND], 16), found).tracks
    widest = max(key.box.width for track in tracks for key in track.keyframes)
    assert contained(tracks, 5, STAND.box(5))
    assert widest < 3.5 * STAND.box(5).width


def test_camera_motion_is_needed_on_a_panning_clip() -> None:
    """Scanned on every fifth frame while the ground rushes by: still one object."""
    wide = texture(99, HEIGHT, WIDTH + 700)
    stand = Thing(lambda i: (620.0 - 12 * i, 70.0))
    frames = [
        as_frame(i, draw(np.ascontiguousarray(wide[:, 12 * i : 12 * i + WIDTH]), [stand], i))
        for i in range(26, 50)
    ]
    frames = [replace(f, index=i, pts=i * 512) for i, f in enumerate(frames)]
    found = [seen([stand.box(i + 26)]) if i % 5 == 0 else None for i in range(24)]
    alone = tracker_of("balanced", "stitch")
    assert len(track_clip(frames, found, alone).tracks) == 1


def test_between_detections_a_box_goes_with_the_camera() -> None:
    """A camera that swings to and fro shows a statue at one place whenever it is scanned, and in
    between elsewhere."""
    wide = texture(99, HEIGHT, WIDTH + 200)
    swing = [round(20 * (1 - np.cos(2 * np.pi * i / 10))) for i in range(31)]
    stand = Thing(lambda i: (220.0 - swing[i], 70.0))
    frames = [
        as_frame(i, draw(np.ascontiguousarray(wide[:, x : x + WIDTH]), [stand], i))
        for i, x in enumerate(swing)
    ]
    found = [seen([stand.box(i)]) if i % 10 == 0 else None for i in range(31)]
    tracks = track_clip(frames, found, tracker_of("balanced")).tracks
    assert [i for i in range(31) if not covered(tracks, i, stand.box(i), 0.9)] == []


def test_stitching_joins_an_object_across_a_long_gap() -> None:
    wall = Thing(lambda i: (120.0, 0.0), (60, 180), 7)
    walk = Thing(lambda i: (20.0 + 4 * i, 70.0))
    hidden = range(18, 40)
    found = [NONE if i in hidden else seen([walk.box(i)]) for i in range(70)]
    assert len(track_clip(rendered([walk, wall], 70), found).tracks) == 1
    parted = track_clip(rendered([walk, wall], 70), found, tracker_of("balanced", "stitch"))
    assert len(parted.tracks) == 2


@pytest.mark.parametrize(("target", "joined"), [(Target.PLATE, False), (Target.FACE, True)])
def test_plates_of_two_cars_that_pass_one_place_are_not_joined(
    target: Target, joined: bool
) -> None:
    """A face that comes back may have turned; a plate always looks the same."""
    away = (-400.0, 0.0)
    first = Thing(lambda i: (120.0, 70.0) if i < 16 else away)
    second = Thing(lambda i: (120.0, 70.0) if i >= 40 else away, seed=5)
    there = first.box(0)
    found = [NONE if 16 <= i < 40 else seen([there], target=target) for i in range(56)]
    tracks = track_clip(rendered([first, second], 56), found).tracks
    assert all(covered(tracks, i, there) for i in range(56) if not 16 <= i < 40)
    assert covered(tracks, 28, there) == joined


def test_damaged_frames_add_and_take_nothing_away() -> None:
    frames = list(rendered([WALK], 40))
    grey = np.full((HEIGHT, WIDTH), 128, np.uint8)
    for i in (15, 16, 17):
        frames[i] = replace(as_frame(i, grey), damaged=True)
    found = [seen([WALK.box(i)]) for i in range(40)]
    found[15] = found[16] = NONE
    extra = Box(220, 100, 250, 130)
    found[17] = seen([extra])
    tracks = track_clip(frames, found).tracks
    for i in range(40):
        assert covered(tracks, i, WALK.box(i), 0.95), i
    assert contained(tracks, 17, extra)


def test_a_damaged_frame_is_always_scanned() -> None:
    tracker = tracker_of(settings=TrackSettings(scan_every=1.2))
    for frame in rendered([], 10):
        damaged: Frame = replace(frame, damaged=frame.index == 5)
        assert is_due(tracker, damaged) is (frame.index in (0, 5)) or frame.index == 6
        tracker.observe(damaged, NONE)


def test_variable_frame_rate_pads_by_time() -> None:
    """Grace is in seconds: a clip at 5 frames a second is padded by few frames."""
    found = [seen([STAND.box(i)]) if 10 <= i < 20 else NONE for i in range(30)]
    slow = track_clip(rendered([STAND], 30, fps=5), found, tracker_of("balanced")).tracks[0]
    fast = track_clip(rendered([STAND], 30, fps=50), found, tracker_of("balanced")).tracks[0]
    assert (slow.first, slow.last) == (8, 20)
    assert (fast.first, fast.last) == (0, 29)


def test_a_weak_object_that_moves_by_its_own_width_is_confirmed() -> None:
    """A small plate drives by: detections in every second frame do not overlap."""
    car = Thing(lambda i: (4.0 + 8 * i, 70.0), (16, 14))
    tracker = tracker_of()
    for i, frame in enumerate(rendered([car], 26)):
        wanted = is_due(tracker, frame)
        found = seen([car.box(i)], 0.8, Target.PLATE)
        tracker.observe(frame, found if wanted else None)
    tracks = tracker.finish().tracks
    for i in range(26):
        assert covered(tracks, i, car.box(i), 0.99), i


def test_a_car_on_plain_ground_is_not_taken_for_a_moving_camera() -> None:
    """Most corners were the car's, and its motion counted as the camera's."""
    plain = np.full((HEIGHT, WIDTH), 90, np.uint8)
    car = Thing(lambda i: (180.0, 40.0 - 9.0 * i), size=(110, 130), seed=3)
    earlier, later = (
        shrink(as_frame(i, draw(plain, [car], i)), VideoReformatter()) for i in (0, 1)
    )
    assert np.array_equal(motion_between(earlier, later).matrix, IDENTITY)
    all_of_it = [as_frame(i, texture(1, HEIGHT + 9, WIDTH)[9 * i : HEIGHT + 9 * i]) for i in (0, 1)]
    earlier, later = (shrink(frame, VideoReformatter()) for frame in all_of_it)
    assert motion_between(earlier, later).matrix[1, 2] == pytest.approx(-9, abs=0.5)


def test_a_thin_plate_that_passes_fast_is_one_track() -> None:
    """From one frame to the next it moves by more than it is high: it was four tracks."""
    plate = Thing(lambda i: (60.0, -70.0 + 22.0 * i), size=(30, 14), seed=4)
    looked = {5, 6, 8, 10}
    found = [seen([plate.box(i)] if i in looked else [], target=Target.PLATE) for i in range(16)]
    tracks = track_clip(rendered([plate], 16, fps=12), found).tracks
    assert len(tracks) == 1
    assert all(covered(tracks, frame, plate.box(frame), 0.95) for frame in range(4, 12))


def test_weak_detections_continue_a_sure_track() -> None:
    found = [seen([WALK.box(i)], 0.8 if i < 5 else 0.15) for i in range(30)]
    tracks = track_clip(rendered([WALK], 30), found).tracks
    assert len(tracks) == 1
    here = tracks[0].at(25)
    assert here is not None and here.state is State.DETECTED


def test_only_calm_frames_go_without_a_scan() -> None:
    tracker = tracker_of(settings=TrackSettings(scan_every=0.12))
    asked = []
    for i, frame in enumerate(rendered([WALK], 30)):
        wanted = is_due(tracker, frame)
        asked.append(wanted)
        tracker.observe(frame, seen([WALK.box(i)]) if wanted else None)
    tracks = tracker.finish().tracks
    assert asked[0] and 9 <= sum(asked) < 20
    for i in range(30):
        assert covered(tracks, i, WALK.box(i), 0.95), i
