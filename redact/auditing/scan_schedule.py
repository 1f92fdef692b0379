"""Which frames and places the audit scans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from math import inf
from typing import Final

from ..plan import Plan, decisions, mask_shape
from ..risk import rated_places
from ..schedule import Schedule
from ..track import AROUND_PLACE, FrameClock
from ..types import Box, Frame, Timeline, joined_spans

LEAST_PLACE_SHARE: Final = 0.15
"""Of a scan of the whole picture, what a scan of a place costs at least: about as large a part is
what networks are shown around a place."""

Span = tuple[int, int]
"""First and last frame, both included."""


def scheduled_scans(plan: Plan, schedule: Schedule) -> dict[int, list[Box] | None]:
    """Frame → the places that the audit scans in it, in upright source pixels; None: the whole
    picture.

    The whole picture is scanned at even distances and in the last frame. Places are scanned where
    what a person called a false alarm is seen best, where a person made a mask smaller, and where
    somebody is most probably open, up to `audit_share` of what the search scanned.
    """
    line, scanned = plan.source.timeline, plan.frames_looked_at
    if scanned is None:
        scanned = len(line)
    left = max(1.0, schedule.audit_share * scanned)
    chosen: dict[int, list[Box] | None] = {len(line) - 1: None}
    chosen |= dict.fromkeys(_even(line, schedule.audit_every))
    for frame, box in _opened(plan):
        places = chosen.setdefault(frame, [])
        if places is not None:
            places.append(box)
    whole = Box(0, 0, plan.source.width, plan.source.height)
    picture = whole.area
    for _, place in rated_places(plan):
        if left <= 0:
            break
        box = whole if place.box is None else place.box.grown(AROUND_PLACE)
        places = chosen.setdefault(place.frame, [])
        if places is not None:  # else the whole picture is scanned, and this place with it
            # A place is scanned with all around it that networks need: see `PART_CONTEXT`.
            left -= max(LEAST_PLACE_SHARE, box.area / picture)
            places.append(box)
    return chosen


def spans_to_rescan(frames: Iterable[int], plan: Plan, every: float) -> list[Span]:
    """Spans to scan once more around frames in which somebody is believed to be visible.

    A span reaches as far as the next scan of the whole picture can be: who stays in view for longer
    is detected by that scan, which gets a span of its own. No span crosses a cut.

    Args:
        frames: in which somebody is believed to be visible.
        plan: of the clip.
        every: seconds between two scans of the whole picture.

    Returns:
        Spans in rising order that do not overlap.
    """
    line, cuts = plan.source.timeline, sorted(plan.cuts)
    found = list[Span]()
    for frame in sorted(set(frames)):
        scene = bisect_right(cuts, frame)
        floor = cuts[scene - 1] if scene else 0
        ceiling = cuts[scene] - 1 if scene < len(cuts) else len(line) - 1
        first = max(floor, line.frame_at(line.time(frame) - every))
        last = min(ceiling, line.frame_at(line.time(frame) + every))
        found.append((first, last))
    return joined_spans(found)


def _even(line: Timeline, every: float) -> Iterator[int]:
    """First frame of each stretch of this many seconds, by a clock that no file can hurry."""
    pace, due = FrameClock(), 0.0
    for frame in range(len(line)):
        time = pace.at(float(line.time(frame) - line.time(0)))
        if time >= due:
            yield frame
            due = time + every


def _opened(plan: Plan) -> Iterator[tuple[int, Box]]:
    """Frames and places in which false alarms, and what was cut off, are seen best, and of masks
    that a person made smaller than redact does."""
    for track in plan.tracks:
        frames = mask_shape.to_look_at(mask_shape.uncovered_frames(plan, track))
        if track.action.unmasked:
            frames = decisions.surest_frames(track)
        for frame in frames:
            here = track.found_at(frame)
            assert here is not None
            yield frame, here.box.grown(0.5)


class Due:
    """Tells, for frames that come in order, which are due: one every few seconds, the last one, and
    damaged ones.

    Args:
        every: seconds from one frame that is due to the next.
        final: the last frame.
    """

    def __init__(self, every: float, final: int) -> None:
        self._every, self._final = every, final
        self._clock, self._last = FrameClock(), -inf

    def __call__(self, frame: Frame) -> bool:
        time = self._clock.at(frame.seconds)
        # To the millisecond: sums of frame times are not exact.
        if round(time - self._last, 3) >= self._every:
            self._last = time
            return True
        return frame.damaged or frame.index == self._final
