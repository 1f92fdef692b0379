"""Tracks that lie on each other are merged, unless that would unmask anybody."""

from __future__ import annotations

import numpy as np
import pytest

from redact.track import assemble
from redact.types import Box, Detections

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
