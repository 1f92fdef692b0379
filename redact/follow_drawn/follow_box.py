"""Follows a box that a person drew through the frames before and after, until it is lost."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter

from ..errors import InputError, UnsafeError
from ..plan import Plan
from ..track import COAST, Patches, SmallFrame, motion_between, patches_of, shrink, step, warped
from ..types import NEARLY_ALL, Box, Boxes, Keyframe, State
from .find_again import Lost
from .frames import Frames

CHUNK: Final = 96
"""Small pictures that are held at once where time runs backwards."""

SURE_AGAIN: Final = 3
"""Pictures in which what was found again must be followed, to be sure that it is a thing at all."""

WHOLE_PATCHES: Final = 12
"""Pictures before a thing was lost in which it looked like itself: in the last ones it was half
behind what covers it (chosen)."""

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
        go_on: told where it was found in each frame; False stops there.
        ahead, back: towards the end, towards the beginning.

    Returns:
        Keyframes, rising: manual where it was drawn, followed elsewhere, interpolated where it was
        covered and found again. They end at a cut, at damage, at the picture's border, and where it
        is not found again.
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
    """Follow an audit's finding beyond its first and last frame, as far as it is visible: the audit
    scans only now and then.

    Of a file in which no start in the middle is trusted, and which is decoded from its beginning
    for every few frames back, only `CHUNK` frames before are decoded.

    Args:
        frames, plan, go_on: as of `follow`.
        ends: frame and box where it was found first, and last.
    """
    earliest = 0 if frames.direct else ends[0][0] - CHUNK

    def is_open(key: Keyframe) -> bool:
        masks = plan.regions_at(key.frame)
        hidden = any(mask.common(key.box) >= NEARLY_ALL * key.box.area for mask in masks)
        return go_on(key) and not hidden and key.frame > earliest

    for ahead, (frame, box) in zip((False, True), ends, strict=True):
        # Of a file that does not give the same frames again the drawing will tell.
        with contextlib.suppress(InputError, UnsafeError):
            yield from follow(frames, plan, frame, box, is_open, ahead=ahead, back=not ahead)


def _scene(plan: Plan, frame: int) -> tuple[int, int]:
    """First and last frame that can be reached from `frame`: without a cut or damage between."""
    starts = sorted({0, *plan.cuts, *(n + 1 for n in plan.unchecked)})
    ends = sorted({*plan.cuts, *plan.unchecked, len(plan.source.timeline)})
    return (
        min(starts[max(0, bisect_right(starts, frame) - 1)], frame),
        max(ends[min(bisect_right(ends, frame), len(ends) - 1)] - 1, frame),
    )


def _backwards(small: Callable[[int], SmallFrame], first: int, frame: int) -> Iterator[SmallFrame]:
    """Frames from `frame` down to `first`; decoded forwards, a chunk at a time."""
    end = frame + 1
    while end > first:
        begin = max(first, end - CHUNK)
        yield from reversed([small(index) for index in range(begin, end)])
        end = begin


_SEEN: Final = np.array([False])
_BLIND: Final = np.array([True])


def _followed(way: Iterable[SmallFrame], box: Box) -> Iterator[Keyframe]:
    """Keyframes after the first frame of a way, as long as the thing is found, or found again."""
    here: SmallFrame | None = None
    boxes = np.array([box], np.float64)
    recent = anchor = np.zeros((1, 0, 0), np.float32)
    lost: Lost | None = None
    patches = deque[Patches](maxlen=WHOLE_PATCHES)
    again: list[Keyframe] = []  # where it may have been found again, until that is sure
    for there in way:
        if here is None:
            here, recent = there, patches_of(there, boxes)
            anchor = recent
            if not anchor.any():  # no texture: nothing could ever be found again
                return
            patches.append(anchor)
            continue
        if lost is not None and not again and abs(there.time - lost.since) > COAST:
            if lost.given_up(there):
                return
            place = lost.found_in(there)
            if place is not None:
                boxes, recent, again = place, patches_of(there, place), [_followed_at(there, place)]
            here = there
            continue
        expected = warped(boxes, motion_between(here, there).matrix)
        coasts = lost is not None and not again
        done = step(here, there, boxes, expected, recent, anchor, _BLIND if coasts else _SEEN)
        if done.found[0]:
            boxes, recent = done.boxes, done.patches
            patches.append(recent)
            again.append(_followed_at(there, boxes))
            if lost is not None and not coasts:
                lost.passes(there)
                if len(again) <= SURE_AGAIN:
                    here = there
                    continue
                yield from lost.between(again[0])
            yield from again
            lost, again = None, []
        else:
            lost = lost or Lost(here, boxes, (anchor, patches[0]))
            lost.passes(there)
            boxes, again = expected, []
        here = there


def _followed_at(there: SmallFrame, boxes: Boxes) -> Keyframe:
    return Keyframe(there.index, Box(*map(float, boxes[0])), State.FOLLOWED)
