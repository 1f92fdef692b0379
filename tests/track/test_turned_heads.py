"""A head that turns stays the same person; whoever takes its place does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from redact.track.geometry import IDENTITY
from redact.track.sightings import ROW, ClipRecord, How, Rows
from redact.track.turned_heads import turned_heads
from redact.types import Box, Target

FPS, JUMP = 20, 6
"""Scans are two frames apart. From the fourth on, the head looks different."""

FACE, BESIDE, FARTHER = Box(100, 50, 120, 76), Box(140, 50, 160, 76), Box(170, 50, 190, 76)

Seen = Sequence[tuple[int, Box, float]]
"""Frame, box and probability of each detection."""


def stays(at: Box = FACE, pace: float = 0.0, frames: Sequence[int] = (0, 2, 4, 6, 8)) -> Seen:
    return [(n, Box(at.x1 + pace * n, at.y1, at.x2 + pace * n, at.y2), 0.9) for n in frames]


def rows_of(tracklet: int, seen: Seen) -> Rows:
    rows = np.zeros(len(seen), ROW)
    rows["tracklet"], rows["how"] = tracklet, How.DETECTED
    rows["frame"], rows["box"], rows["score"] = (list(column) for column in zip(*seen, strict=True))
    return rows


def turned(
    *seen: Seen, target: Target = Target.FACE, jolts: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """Frames of the pair of sights of the first tracklet; the others are other people."""
    clip = ClipRecord()
    for n in range(20):
        clip.add(n / FPS, IDENTITY, (320, 240))
    every = {n: rows_of(n, one) for n, one in enumerate(seen)}
    pairs = [*turned_heads([(0, JUMP)], every, dict.fromkeys(every, target), jolts, clip)]
    assert all(sight.tracklet == 0 for pair in pairs for sight in pair)
    return [(before.frame, after.frame) for before, after in pairs]


@pytest.mark.parametrize(
    "people",
    [
        [stays()],
        [stays(pace=6)],  # walks more than half its size between two scans
        [stays(), stays(FARTHER)],
        [stays(), stays(Box(98, 45, 124, 80))],  # its head, detected as well
    ],
)
def test_a_head_that_turns_is_one_person(people: list[Seen]) -> None:
    assert turned(*people) == [(4, 6)]


@pytest.mark.parametrize(
    "people",
    [
        [stays(), stays(BESIDE, frames=[0, 2, 4])],  # was beside it, and may have come nearer
        [stays(), stays(BESIDE, frames=[6, 8])],  # is beside it, and may have been in its place
        [[*stays()[:3], *stays(BESIDE)[3:]]],
        [[*((n, FACE, 0.1) for n in (0, 2, 4)), *stays()[3:]]],  # may have been somebody else
        [stays(frames=[0, 10])],
    ],
)
def test_whoever_may_have_taken_its_place_is_another_person(people: list[Seen]) -> None:
    assert turned(*people) == []


def test_places_prove_nothing_where_the_recording_jumps_or_of_plates() -> None:
    assert turned(stays(), jolts=[5]) == []
    assert turned(stays(), jolts=[4, 7]) == [(4, 6)]
    assert turned(stays(), target=Target.PLATE) == []
