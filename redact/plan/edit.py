"""Changing what a plan hides, as functions from plan to plan; and the words users type for it."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from ..errors import PlanError, UsageError
from ..types import Action, Box, Keyframe, Origin, State, Target, Timeline, Track
from .plan import Plan
from .review import MutedSpan, Sound

_CLOCK = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,2}):)?(\d{1,9}(?:\.\d{1,9})?)")
_FRAME = re.compile(r"[fF#](\d{1,10})")
LARGEST = 1e6
"""Pixels from the corner of the picture; the limit that plan files have."""


def set_tracks(
    plan: Plan,
    ids: Iterable[int],
    *,
    action: Action | None = None,
    reason: str | None = None,
    decided_by: str | None = None,
) -> Plan:
    """Change the decision on some tracks; None leaves a field as it is.

    Where the action becomes another one, reason and name are those of a decision that is no
    longer so: what is not given anew is cleared.

    Raises:
        PlanError: there is no track of that number.
    """
    for number in ids:
        track = track_of(plan, number)
        if action not in (None, track.action):
            track = replace(track, reason="", decided_by="")
        plan = plan.with_track(
            replace(
                track,
                action=track.action if action is None else action,
                reason=track.reason if reason is None else reason,
                decided_by=track.decided_by if decided_by is None else decided_by,
            )
        )
    return plan


def add_track(
    plan: Plan,
    target: Target,
    places: Sequence[tuple[int, Box]],
    *,
    origin: Origin = Origin.MANUAL,
    reason: str = "",
    decided_by: str = "",
) -> tuple[Plan, int]:
    """Add a track that is linear between places; returns the plan and the track's number.

    Args:
        plan: to add to.
        target: what is hidden.
        places: frame index and box in upright source pixels, in any order.
        origin, reason, decided_by: see `Track`.

    Raises:
        PlanError: no place, two at one frame, a frame outside the clip, or a box that is none
            or lies wholly outside the picture.
    """
    number = plan.next_id()
    where = f"new track {number}"
    if not places:
        raise PlanError(f"{where}: has no place", "Give at least one box with its time.")
    ordered = sorted(places, key=lambda place: place[0])
    for i, (frame, box) in enumerate(ordered):
        if not 0 <= frame < len(plan.source.timeline):
            raise PlanError(
                f"{where}: frame {frame} is outside the clip",
                f"Frames are 0 to {len(plan.source.timeline) - 1}.",
            )
        if i and ordered[i - 1][0] == frame:
            raise PlanError(f"{where}: two boxes at frame {frame}", "Give one box per frame.")
        check_box(box, plan, f"{where}: frame {frame}")
    keys = tuple(Keyframe(frame, box, State.MANUAL) for frame, box in ordered)
    track = Track(number, target, keys, Action.REDACT, origin, reason, decided_by)
    return plan.with_track(track), number


def remove_tracks(plan: Plan, ids: Iterable[int], *, automatic: bool = False) -> Plan:
    """Take tracks out of the plan.

    A removed track leaves no trace in the record, so one that a detector found is only removed
    if `automatic` says so; setting it to keep hides it no more than that and stays on record.

    Raises:
        PlanError: there is no such track, or it was found automatically.
    """
    wanted = set()
    for number in ids:
        track = track_of(plan, number)
        if track.origin is Origin.AUTO and not automatic:
            raise PlanError(
                f"track {number} was found by a detector; removing it leaves no record",
                "Use 'plan set --action keep --reason …', or add --automatic.",
            )
        wanted.add(number)
    subjects = (
        replace(s, tracks=tuple(n for n in s.tracks if n not in wanted)) for s in plan.subjects
    )
    return replace(
        plan,
        tracks=tuple(t for t in plan.tracks if t.id not in wanted),
        subjects=tuple(s for s in subjects if s.tracks),
    )


def mute(
    plan: Plan,
    start: float,
    end: float,
    how: Sound = Sound.MUTE,
    *,
    reason: str = "",
    decided_by: str = "",
) -> Plan:
    """Take a span out of the sound; times are seconds after the first picture.

    Raises:
        PlanError: the span ends before it begins, or begins before the first picture.
    """
    if not (0 <= start < end and math.isfinite(end)):
        raise PlanError(
            f"muting from {start:g} s to {end:g} s: is not a span", "Give a start before the end."
        )
    # Outward to the millisecond: no trace of the sound may be left at either end.
    span = MutedSpan(math.floor(start * 1000), math.ceil(end * 1000), how, reason, decided_by)
    order = sorted((*plan.muted, span), key=lambda m: (m.start, m.end))
    return replace(plan, muted=tuple(order))


def unmute(plan: Plan, numbers: Iterable[int]) -> Plan:
    """Give back muted spans, numbered from 1 in order of time. Raises PlanError."""
    gone = set(numbers)
    for number in gone:
        if not 1 <= number <= len(plan.muted):
            raise PlanError(
                f"muted span {number}: there is no such span", "'redact plan show PLAN' lists them."
            )
    kept = (m for n, m in enumerate(plan.muted, 1) if n not in gone)
    return replace(plan, muted=tuple(kept))


def track_of(plan: Plan, number: int) -> Track:
    """Raises PlanError if there is none."""
    for track in plan.tracks:
        if track.id == number:
            return track
    raise PlanError(
        f"track {number}: there is no such track", "'redact plan show PLAN' lists all tracks."
    )


def parse_ids(text: str, plan: Plan) -> tuple[int, ...]:
    """Track numbers from "3,7,10-12" or "all", each once, in order. Raises UsageError."""
    if text.strip().lower() == "all":
        return tuple(t.id for t in plan.tracks)
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part, re.ASCII)
        if not match:
            raise UsageError(f"{text!r}: is not a list of track numbers", "For example 3,7,10-12.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise UsageError(f"{part.strip()}: ends before it begins", "For example 10-12.")
        if first == last:
            numbers.add(first)
        else:
            inside = {t.id for t in plan.tracks if first <= t.id <= last}
            if not inside:
                raise UsageError(f"{part.strip()}: no track is in this range", "See 'plan show'.")
            numbers |= inside
    return tuple(sorted(numbers))


def parse_numbers(text: str) -> tuple[int, ...]:
    """Numbers from "1,3,5-7", each once, in order. Raises UsageError."""
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?", part, re.ASCII)
        if not match:
            raise UsageError(f"{text!r}: is not a list of numbers", "For example 1,3,5-7.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise UsageError(f"{part.strip()}: ends before it begins", "For example 5-7.")
        numbers |= set(range(first, last + 1))
    return tuple(sorted(numbers))


def parse_box(text: str) -> Box:
    """A box from "x1,y1,x2,y2" in upright source pixels. Raises UsageError."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not all(math.isfinite(v) for v in values):
        raise UsageError(f"{text!r}: is not a box", "Write x1,y1,x2,y2, for example 10,20,110,80.")
    return Box(*values)


def check_box(box: Box, plan: Plan, where: str) -> None:
    """Raises PlanError unless `box` has an area and covers some of the picture."""
    numbers = ", ".join(f"{v:g}" for v in box)
    # Written so that NaN fails too: it compares false with everything.
    if not (box.x1 < box.x2 and box.y1 < box.y2 and max(map(abs, box)) < LARGEST):
        raise PlanError(
            f"{where}: {numbers} is not a box", "Left before right, top before bottom, in pixels."
        )
    if not plan.source.shows(box):
        raise PlanError(
            f"{where}: {numbers} lies outside the picture, so it would hide nothing",
            f"The picture is {plan.source.width}×{plan.source.height} pixels, upright.",
        )


def parse_time(text: str, plan: Plan, *, last: bool = False) -> int:
    """Frame index of a time as a player shows it, counted from the first picture.

    Args:
        text: "12.5", "1:02.5", "0:01:02.5", "start", "end", or a frame as "f120".
        plan: whose clip is meant.
        last: the time ends a span. Rounded outward: a span begins with the frame that is on
            screen at its start, and ends with the first one shown at or after its end.

    Raises:
        UsageError: it is no time, or after the end of the clip.
    """
    timeline = plan.source.timeline
    word = text.strip().lower()
    if not len(timeline):
        raise UsageError("the clip of this plan has no frame", "Make the plan anew.")
    if word in ("start", "end"):
        return 0 if word == "start" else len(timeline) - 1
    if frame := _FRAME.fullmatch(word):
        if int(frame[1]) >= len(timeline):
            raise UsageError(f"{text}: is past the last frame", f"It is f{len(timeline) - 1}.")
        return int(frame[1])
    seconds = _seconds(text)
    moment = seconds + timeline.time(0)
    end = timeline.time(len(timeline) - 1)
    if moment > end and not last:
        raise UsageError(
            f"{text}: is after the last picture",
            f"It is shown at {clock(float(end - timeline.time(0)))}.",
        )
    return timeline.frame_at(moment) if last else _on_screen(timeline, moment)


def parse_seconds(text: str, plan: Plan) -> float:
    """Seconds after the first picture of a time as a player shows it. Raises UsageError."""
    word = text.strip().lower()
    if word in ("start", "end"):
        # Sound may last longer than the pictures: to its end, whatever that is.
        return 0.0 if word == "start" else plan.seconds(len(plan.source.timeline) - 1) + 3600
    return float(_seconds(text))


def parse_moment(text: str) -> tuple[int | None, Fraction | None]:
    """Frame number, or seconds from the first picture, of a time whose clip is not known yet; none
    of both for "end". Takes what `parse_time` takes, and raises as it does."""
    word = text.strip().lower()
    if word in ("start", "end"):
        return (0, None) if word == "start" else (None, None)
    if frame := _FRAME.fullmatch(word):
        return int(frame[1]), None
    return None, _seconds(text)


def is_after_end(text: str, plan: Plan) -> bool:
    """Whether a time (not a frame, nor a word) lies after the end of the clip, as far as it plays:
    the last picture is shown for as long as the one before it."""
    timeline, word = plan.source.timeline, text.strip().lower()
    if word in ("start", "end") or _FRAME.fullmatch(word) or len(timeline) < 2:
        return False
    last = timeline.time(len(timeline) - 1)
    end = 2 * last - timeline.time(len(timeline) - 2)
    return _seconds(text) + timeline.time(0) > end


def _on_screen(timeline: Timeline, moment: Fraction) -> int:
    return max(bisect_right(timeline.pts, moment / timeline.time_base) - 1, 0)


def _seconds(text: str) -> Fraction:
    match = _CLOCK.fullmatch(text.strip())
    if not match or not text.isascii():
        raise UsageError(
            f"{text!r}: is not a time",
            "Write seconds (12.5), 1:02.5, 0:01:02.5, or a frame (f120).",
        )
    hours, minutes, seconds = (Fraction(g) if g else Fraction(0) for g in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss.mmm."""
    thousandths = round(seconds * 1000)
    sign, thousandths = ("-" if thousandths < 0 else ""), abs(thousandths)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{rest / 1000:06.3f}"
