"""Tracks that lie on each other are merged, unless that would unmask anybody."""

from __future__ import annotations

import numpy as np
import pytest

from redact.track import assemble
from redact.types import Box, Detections, Target

from .scenes import Thing, contained, rendered, seen, track_clip, tracker_of

HEAD = Box(100, 60, 130, 96)
COUNT = 12


def both(second: Box, only: range = range(COUNT), first: Box = HEAD) -> list[Detections]:
    """`first` surely detected in every frame, `second` less surely in some."""
    other = [seen([second] if i in only else [], 0.9) for i in range(COUNT)]
    return [Detections.concat([seen([first], 0.99), more]) for more in other]


def test_head_and_head_with_shoulders_are_one_track(monkeypatch: pytest.MonkeyPatch) -> None:
    shoulders = Box(85, 55, 145, 140)
    found = both(shoulders)
    (track,) = track_clip(rendered([], COUNT), found).tracks
    for i in range(COUNT):
        here = track.at(i)
        assert here is not None and here.box.contains(HEAD) and here.box.area < 2 * HEAD.area
    monkeypatch.setattr(assemble, "_without_stacks", list)
    assert len(track_clip(rendered([], COUNT), found).tracks) == 2


def test_where_the_likelier_track_has_a_gap_the_other_fills_it() -> None:
    shoulders = Box(85, 55, 145, 140)
    found = both(shoulders)
    for i in range(8, COUNT):
        found[i] = seen([shoulders], 0.9)
    (track,) = track_clip(rendered([], COUNT), found, tracker_of("balanced", "grace")).tracks
    assert all(contained([track], i, HEAD) for i in range(COUNT))


def test_a_face_that_looks_over_a_shoulder_stays_hidden() -> None:
    """Seven tenths of the small box lie on the large one; the rest shows somebody else."""
    behind = Box(113, 66, 137, 90)
    assert np.isclose((130 - 113) / behind.width, 0.708, atol=0.01)
    near = Box(80, 40, 130, 100)
    for large, small in ((0.99, 0.9), (0.9, 0.99)):
        found = [
            Detections.concat([seen([near], large), seen([behind], small)]) for _ in range(COUNT)
        ]
        tracks = track_clip(rendered([], COUNT), found).tracks
        for i in range(COUNT):
            assert contained(tracks, i, near) and contained(tracks, i, behind), i


def test_a_track_partly_covered_by_another_stays_hidden_throughout() -> None:
    """Most of a short track lies on another; in its last frames it has come out."""
    paths = [Box(102 + max(0, i - 8) * 9, 62, 128 + max(0, i - 8) * 9, 92) for i in range(COUNT)]
    found = [Detections.concat([seen([HEAD], 0.99), seen([path], 0.9)]) for path in paths]
    tracks = track_clip(rendered([], COUNT), found).tracks
    for i, path in enumerate(paths):
        assert i < 9 or contained(tracks, i, path), i


def test_one_plate_that_is_framed_in_two_ways_is_one_track() -> None:
    plate, bumper, beside = Box(100, 60, 148, 76), Box(104, 67, 156, 85), Box(200, 60, 248, 76)
    sure, less = (
        seen([plate, beside], target=Target.PLATE),
        seen([bumper], 0.4, target=Target.PLATE),
    )
    tracks = track_clip(rendered([], COUNT), [Detections.concat([sure, less])] * COUNT).tracks
    assert len(tracks) == 2
    for i in range(COUNT):
        assert contained(tracks, i, plate) and contained(tracks, i, beside), i
        assert not contained(tracks, i, bumper), i


@pytest.mark.parametrize(
    ("other", "score", "one"),
    [
        (Box(90, 55, 160, 85), 0.7, True),
        (Box(90, 55, 160, 85), 0.9, False),
        (Box(98, 55, 150, 90), 0.7, False),
    ],
    ids=["with the bumper", "surely seen", "two lines of which one is likelier"],
)
def test_a_plate_that_is_also_framed_loosely_has_one_mask(
    other: Box, score: float, one: bool
) -> None:
    """In some frames a third of the plate sticks out of the other box."""
    plate = Box(100, 60, 148, 76)
    found = []
    for i in range(COUNT):
        off = 25 * (i % 4 == 3)
        moved = Box(other.x1 + off, other.y1, other.x2 + off, other.y2)
        pair = ((plate, 0.99), (moved, score))
        found.append(Detections.concat([seen([box], p, Target.PLATE) for box, p in pair]))
    tracks = track_clip(rendered([], COUNT), found).tracks
    assert all(contained(tracks, i, plate) for i in range(COUNT))
    assert (not any(contained(tracks, i, other) for i in range(0, COUNT, 4))) is one


def test_a_face_that_is_also_framed_with_the_chest_has_one_mask() -> None:
    """The faint box begins at the mouth, so that only six tenths of the face lie in it."""
    face, chest = Box(100, 60, 112, 74), Box(96, 65.6, 116, 86)
    found = [Detections.concat([seen([face], 0.99), seen([chest], 0.4)]) for _ in range(COUNT)]
    (track,) = track_clip(rendered([], COUNT), found).tracks
    for i in range(COUNT):
        here = track.at(i)
        assert here is not None and here.box.contains(face) and here.box.area < 2 * face.area


def test_a_faint_face_that_is_no_larger_keeps_its_mask() -> None:
    """Each of two boxes on a small face may hold a part that the other has lost."""
    face, beside = Box(100, 60, 112, 74), Box(105, 62, 115, 75)
    found = [Detections.concat([seen([face], 0.99), seen([beside], 0.4)]) for _ in range(COUNT)]
    tracks = track_clip(rendered([], COUNT), found).tracks
    assert all(contained(tracks, i, face) and contained(tracks, i, beside) for i in range(COUNT))


def test_a_doubtful_piece_removes_no_mask() -> None:
    """A person is out of sight for longer than a tracklet survives; later detections are so
    doubtful that the whole would no longer be a face."""
    thing, sure, doubted = Thing(lambda i: (100.0, 60.0)), range(5), range(20, 40)
    score = {**dict.fromkeys(sure, 0.6), **dict.fromkeys(doubted, 0.25)}
    found = [seen([thing.box(i)] if i in score else [], score.get(i, 0)) for i in range(40)]
    by_mean = {"face": {"bias": 0.0, "mean": 1.0}}
    tracker = tracker_of("balanced", "grace", weights=by_mean)
    tracks = track_clip(rendered([thing], 40), found, tracker).tracks
    assert all(contained(tracks, i, thing.box(i)) for i in sure)
    assert not any(contained(tracks, i, thing.box(i)) for i in doubted)
