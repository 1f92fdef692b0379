"""Follows the object in a box that a person drew, forwards and backwards, until it is lost."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter

from ..errors import InputError, UnsafeError
from ..plan import Plan
from ..track import COAST_SECONDS, SmallFrame, motion_between, patches_of, shrink, step, warped
from ..types import WHOLE_SHARE, Box, Boxes, Keyframe, State
from .find_again import Lost
from .frames import Frames

CHUNK: Final = 96
"""Small pictures that are decoded at once to go backwards."""

GoOn = Callable[[Keyframe], bool]


def follow(
    frames: Frames,
    plan: Plan,
    frame: int,
    box: Box,
    go_on: GoOn,
    *,
    ahead: bool = True,
    back: bool = True,
) -> tuple[Keyframe, ...]:
    """Follow the object in a box that a person drew.

    Args:
        frames, plan: of the source.
        frame: in which the box was drawn.
        box: upright source pixels.
        go_on: called with each keyframe; False stops the search.
        ahead, back: whether to follow it towards the end, and towards the beginning.

    Returns:
        Keyframes in rising order: manual where it was drawn, followed elsewhere, interpolated while
        it was covered. They end at a cut, at damage, at the picture's border, or where the object
        is lost for good.
    """
    first, last = _scene(plan, frame)
    scaler = VideoReformatter()

    def small(index: int) -> SmallFrame:
        return shrink(frames.get(index), scaler)

    found = {frame: Keyframe(frame, box, State.MANUAL)}
    ways: list[Iterable[SmallFrame]] = []
    if ahead:
        ways.append(small(index) for index in range(frame, last + 1))
    if back:
        ways.append(_backwards(small, first, frame))
    for way in ways:
        for key in _followed(way, box):
            found[key.frame] = key
            if not go_on(key):
                return tuple(found[index] for index in sorted(found))
    return tuple(found[index] for index in sorted(found))


def follow_on(
    frames: Frames, plan: Plan, ends: tuple[tuple[int, Box], tuple[int, Box]], go_on: GoOn
) -> Iterator[Keyframe]:
    """Follow an audit's finding beyond its first and last frame for as long as it is visible,
    because the audit scans only some frames.

    If every few frames back need decoding from the file's beginning, it is followed at most `CHUNK`
    frames back.

    Args:
        frames, plan, go_on: as for `follow`.
        ends: (frame, box) of its first and its last detection.
    """
    earliest = 0 if frames.direct else ends[0][0] - CHUNK

    def is_open(key: Keyframe) -> bool:
        masks = plan.regions_at(key.frame)
        hidden = any(mask.common(key.box) >= WHOLE_SHARE * key.box.area for mask in masks)
        return go_on(key) and not hidden and key.frame > earliest

    for ahead, (frame, box) in zip((False, True), ends, strict=True):
        # If the file no longer gives the same frames, drawing will raise the error.
        with contextlib.suppress(InputError, UnsafeError):
            yield from follow(frames, plan, frame, box, is_open, ahead=ahead, back=not ahead)


def _scene(plan: Plan, frame: int) -> tuple[int, int]:
    """First and last frame that can be reached from `frame` without a cut or damage between."""
    starts = sorted({0, *plan.cuts, *(n + 1 for n in plan.unchecked)})
    ends = sorted({*plan.cuts, *plan.unchecked, len(plan.source.timeline)})
    return (
        min(starts[max(0, bisect_right(starts, frame) - 1)], frame),
        max(ends[min(bisect_right(ends, frame), len(ends) - 1)] - 1, frame),
    )


def _backwards(small: Callable[[int], SmallFrame], first: int, frame: int) -> Iterator[SmallFrame]:
    """Frames from `frame` down to `first`, decoded forwards in chunks."""
    end = frame + 1
    while end > first:
        begin = max(first, end - CHUNK)
        yield from reversed([small(index) for index in range(begin, end)])
        end = begin


_SEEN: Final = np.array([False])
_BLIND: Final = np.array([True])


def _followed(way: Iterable[SmallFrame], box: Box) -> Iterator[Keyframe]:
    """Keyframes after the first frame of `way`, until the object is lost for good."""
    here: SmallFrame | None = None
    boxes = np.array([box], np.float64)
    recent = anchor = np.zeros((1, 0, 0), np.float32)
    lost: Lost | None = None
    for there in way:
        if here is None:
            recent = anchor = patches_of(there, boxes)
            if not anchor.any():  # no texture: nothing could ever be found again
                return
        elif lost is not None and abs(there.time - lost.since) > COAST_SECONDS:
            if lost.given_up(there):
                return
            place = lost.found_in(there)
            if place is not None:
                boxes, recent, found = place, patches_of(there, place), _followed_at(there, place)
                yield from lost.between(found)
                yield found
                lost = None
        else:
            expected = warped(boxes, motion_between(here, there).matrix)
            done = step(
                here, there, boxes, expected, recent, anchor, _SEEN if lost is None else _BLIND
            )
            if done.found[0]:
                boxes, recent, lost = done.boxes, done.patches, None
                yield _followed_at(there, boxes)
            else:
                lost = lost or Lost(here, boxes, anchor)
                lost.passes(there)
                boxes = expected
        here = there


def _followed_at(there: SmallFrame, boxes: Boxes) -> Keyframe:
    return Keyframe(there.index, Box(*map(float, boxes[0])), State.FOLLOWED)
