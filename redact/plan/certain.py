"""Where a track is surely on its own subject."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ..types import Box, State, Timeline, Track

_BETWEEN: Final = (State.INTERPOLATED, State.FOLLOWED)

_NEAR: Final = Fraction(1, 4)
"""Seconds between two detections, at most, for what lies between them to count as seen: shorter
than it takes two people to pass each other."""

_AGREE: Final = 0.3
"""Overlap of these two detections, at least: the same thing has not gone farther."""


def is_certain(track: Track, frame: int, timeline: Timeline) -> bool:
    """Whether a track's box in a frame says where its own subject is.

    It does where a detector saw it or a person drew it, and between two detections that are near
    in time and place: `fast` does not look at every frame. Where it was followed for longer, padded
    or held the box is a guess.
    """
    here = track.at(frame)
    if here is None:
        return False
    if here.state in _BETWEEN:
        return _between_two_near(track, frame, timeline)
    return here.state in (State.DETECTED, State.MANUAL)


def _between_two_near(track: Track, frame: int, timeline: Timeline) -> bool:
    before = _seen(track, frame, -1, timeline)
    after = _seen(track, frame, 1, timeline)
    if before is None or after is None:
        return False
    (a, left), (b, right) = before, after
    return timeline.time(b) - timeline.time(a) <= _NEAR and left.iou(right) >= _AGREE


def _seen(track: Track, frame: int, step: int, timeline: Timeline) -> tuple[int, Box] | None:
    """The next frame and box of the track that is not in between, if it is detected there."""
    at = frame + step
    # Farther away it would not count; bounded, for a track may be interpolated for hours.
    while 0 <= at < len(timeline) and abs(timeline.time(at) - timeline.time(frame)) <= _NEAR:
        key = track.at(at)
        if key is None:
            return None
        if key.state not in _BETWEEN:
            return (at, key.box) if key.state is State.DETECTED else None
        at += step
    return None
