"""Parses tracks, boxes and times that users type."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from ..errors import UsageError
from ..types import Box, Timeline, clock, read_clock
from ..words import problem
from .plan import ALL_SOUND, Plan

_MINUS: Final = ("-", "\N{MINUS SIGN}")
_FRAME: Final = re.compile(r"[fF#](\d{1,10})")


def parse_ids(text: str, plan: Plan) -> tuple[int, ...]:
    """Parse track numbers such as "3,7,10-12" or "all"; returns each once, in order. Raises
    UsageError."""
    there = {track.id for track in plan.tracks}
    if text.strip().lower() == "all":
        return tuple(sorted(there))
    numbers: set[int] = set()
    for first, last in _ranges(text, "typed_tracks"):
        # Of a range, existing tracks count; callers look up single numbers and refuse unknown ones.
        inside = {n for n in there if first <= n <= last} if first < last else {first}
        if not inside:
            raise problem(UsageError, "no_track_in_range", part=f"{first}-{last}")
        numbers |= inside
    return tuple(sorted(numbers))


def parse_numbers(text: str) -> tuple[int, ...]:
    """Parse numbers such as "1,3,5-7"; returns each once, in order. Raises UsageError."""
    return tuple(sorted({n for a, b in _ranges(text, "typed_numbers") for n in range(a, b + 1)}))


def _ranges(text: str, code: str) -> Iterator[tuple[int, int]]:
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", part, re.ASCII)
        if not match:
            raise problem(UsageError, code, text=text)
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise problem(UsageError, "range_backwards", part=part.strip())
        yield first, last


def parse_box(text: str) -> Box:
    """Parse a box "left,top,right,bottom", in upright source pixels. Raises UsageError."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(math.isfinite(v) for v in values):
        raise problem(UsageError, "typed_box", text=text)
    return Box(*values)


def parse_clock(text: str) -> Fraction:
    """Parse a time into seconds, see `read_clock`. Raises UsageError."""
    if text.strip().startswith(_MINUS):
        raise problem(UsageError, "time_below_zero", text=text)
    try:
        return read_clock(text)
    except ValueError:
        raise problem(UsageError, "no_time", text=text) from None


def parse_time(text: str, plan: Plan, *, last: bool = False) -> int:
    """Parse a time, counted from the first picture as players show it, into a frame index.

    Args:
        text: a time (see `read_clock`), "start", "end", or a frame such as "f120".
        plan: of the clip.
        last: the time is the end of a span. Spans are rounded outward: they begin with the frame on
            screen at their start, and end with the first frame shown at or after their end.

    Raises:
        UsageError: it is not a time, or after the end of the clip.
    """
    timeline = plan.source.timeline
    if not len(timeline):
        raise problem(UsageError, "plan_without_frames")
    frame, seconds = parse_moment(text)
    if seconds is None:
        frame = len(timeline) - 1 if frame is None else frame
        if frame >= len(timeline):
            raise problem(UsageError, "past_last_frame", text=text, last=len(timeline) - 1)
        return frame
    moment = seconds + timeline.time(0)
    end = timeline.time(len(timeline) - 1)
    if moment > end and not last:
        raise problem(
            UsageError, "after_last_picture", text=text, end=clock(float(end - timeline.time(0)))
        )
    return timeline.frame_at(moment) if last else _on_screen(timeline, moment)


def parse_seconds(text: str) -> float:
    """Parse a time of sound into seconds after the first picture; -0.85 is before it. Raises
    UsageError.

    "start" and "end" stand for those of the sound, wherever they are (see `Plan.muted_on_clock`).
    """
    word = text.strip().lower()
    if word in ("start", "end"):
        return 0.0 if word == "start" else float(ALL_SOUND)
    if word[:1] in _MINUS:
        return -float(parse_clock(word[1:]))
    return float(parse_clock(text))


def parse_moment(text: str) -> tuple[int | None, Fraction | None]:
    """Parse a time before its clip is known: into a frame index, or into seconds after the first
    picture; both are None for "end". Accepts and raises the same as `parse_time`."""
    word = text.strip().lower()
    if word in ("start", "end"):
        return (0, None) if word == "start" else (None, None)
    if frame := _FRAME.fullmatch(word):
        return int(frame[1]), None
    return None, parse_clock(text)


def _on_screen(timeline: Timeline, moment: Fraction) -> int:
    return max(bisect_right(timeline.pts, moment / timeline.time_base) - 1, 0)
