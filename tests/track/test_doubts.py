"""Detections that were not believed are reported as doubts: a person looks there before at random
times."""

from __future__ import annotations

from redact.types import Box, Target

from .scenes import Thing, rendered, seen, track_clip

THERE = Box(100, 60, 130, 96)


def test_a_discarded_tracklet_is_reported_at_its_best_sighting() -> None:
    found = [seen([], 0.9) for _ in range(20)]
    found[8] = seen([THERE], 0.2)
    tracks = track_clip(rendered([Thing(lambda _: (100, 60))], 20), found)
    assert tracks.tracks == ()
    assert [(d.frame, d.target, d.box) for d in tracks.doubts] == [(8, Target.FACE, THERE)]
