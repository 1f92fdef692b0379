"""Finds out where a track is certainly on its own subject."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from ..types import NEARBY_IOU, PASSING_SECONDS, Box, State, Timeline, Track

_BETWEEN: Final = (State.INTERPOLATED, State.FOLLOWED)


def own_stretch(track: Track, cuts: Sequence[int]) -> tuple[int, int] | None:
    """First and last frame, between two cuts, of the part of a track with its best picture: a
    person who decided by that picture has not decided about what lies beyond a cut. None if no cut
    divides the track.

    Args:
        track: of a plan.
        cuts: of the plan, ascending.
    """
    inside = cuts[bisect_right(cuts, track.first) : bisect_right(cuts, track.last)]
    if not inside:
        return None
    best, first = track.best.frame, track.first
    for cut in inside:
        if cut > best:
            return first, cut - 1
        first = cut
    return first, track.last


def is_certain(
    track: Track, frame: int, timeline: Timeline, within: tuple[int, int] | None = None
) -> bool:
    """Whether a track's box in a frame is certainly on its own subject.

    It is where it was detected or drawn by a person, and between two detections that are close in
    time and place, as not every frame is scanned. Where it was followed for longer, padded or held,
    the box is a guess, and so is everything beyond a cut.

    Args:
        track, frame, timeline: of a plan.
        within: see `own_stretch`; None for the whole track.
    """
    here = track.at(frame)
    first, last = within or (track.first, track.last)
    if here is None or not first <= frame <= last:
        return False
    if here.state in _BETWEEN:
        return _between_two_near(track, frame, timeline, (first, last))
    return here.state in (State.DETECTED, State.MANUAL)


def _between_two_near(
    track: Track, frame: int, timeline: Timeline, within: tuple[int, int]
) -> bool:
    before = _seen(track, frame, -1, timeline)
    after = _seen(track, frame, 1, timeline)
    if before is None or after is None or before[0] < within[0] or after[0] > within[1]:
        return False
    (a, left), (b, right) = before, after
    return timeline.time(b) - timeline.time(a) <= PASSING_SECONDS and left.iou(right) >= NEARBY_IOU


def _seen(track: Track, frame: int, step: int, timeline: Timeline) -> tuple[int, Box] | None:
    """Frame and box of the next keyframe, in direction `step`, that is neither interpolated nor
    followed; None if it is not a detection, or too far away."""
    at = frame + step
    # Bounded, because a track may be interpolated for hours.
    while (
        0 <= at < len(timeline) and abs(timeline.time(at) - timeline.time(frame)) <= PASSING_SECONDS
    ):
        key = track.at(at)
        if key is None:
            return None
        if key.state not in _BETWEEN:
            return (at, key.box) if key.state is State.DETECTED else None
        at += step
    return None
