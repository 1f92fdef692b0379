"""Changes the tracks and muted spans of a plan: functions from plan to plan.

`redact.plan.decisions` changes decisions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..errors import PlanError
from ..types import (
    UNDECIDED,
    Action,
    Box,
    Decided,
    Keyframe,
    Origin,
    State,
    Target,
    Track,
)
from ..words import problem
from .muted_span import MutedSpan, Sound
from .plan import Plan, is_box
from .review_state import ReviewState


def add_track(
    plan: Plan,
    target: Target,
    places: Sequence[tuple[int, Box]],
    decided: Decided = UNDECIDED,
) -> tuple[Plan, int]:
    """Add a `new_track`; returns the plan and the track's number. Raises PlanError."""
    number = plan.next_id()
    return plan.with_track(new_track(plan, number, target, places, decided)), number


def new_track(
    plan: Plan,
    number: int,
    target: Target,
    places: Sequence[tuple[int, Box]],
    decided: Decided = UNDECIDED,
) -> Track:
    """A track drawn by a person, with linear interpolation between places.

    Args:
        plan: that will contain it.
        number: of the track.
        target: to hide.
        places: frame index and box in upright source pixels, in any order.
        decided: why, by whom and when.

    Raises:
        PlanError: there is no place, there are two in one frame, a frame lies outside the clip, or
            a box is invalid or lies entirely outside the picture.
    """
    where = f"new track {number}"
    if not places:
        raise problem(PlanError, "no_place", where=where)
    ordered = sorted(places, key=lambda place: place[0])
    for i, (frame, box) in enumerate(ordered):
        if not 0 <= frame < len(plan.source.timeline):
            raise problem(
                PlanError,
                "frame_outside",
                where=where,
                frame=frame,
                last=len(plan.source.timeline) - 1,
            )
        if i and ordered[i - 1][0] == frame:
            raise problem(PlanError, "two_boxes", where=where, frame=frame)
        check_box(box, plan, f"{where}: frame {frame}")
    keys = tuple(Keyframe(frame, box, State.MANUAL) for frame, box in ordered)
    return _track(number, target, keys, decided)


def _track(number: int, target: Target, keys: Sequence[Keyframe], decided: Decided) -> Track:
    reason, by, at, code = decided
    made = Track(number, target, keys, Action.REDACT, Origin.MANUAL, reason, by)
    return replace(made, decided_at=at, code=code)


def add_followed(
    plan: Plan,
    target: Target,
    keys: Sequence[Keyframe],
    decided: Decided = UNDECIDED,
) -> tuple[Plan, int]:
    """Add a track that was followed through the frames, such as from a box that a person drew (see
    `redact.follow`); returns the plan and the track's number. Some of its boxes may
    lie outside the picture, as of a text on a car that enters and leaves.

    Raises:
        PlanError: a box is invalid, or all lie entirely outside the picture.
    """
    number = plan.next_id()
    shown = any(plan.source.holds(key.box) for key in keys)
    for key in keys:
        if not (shown and is_box(key.box)):
            check_box(key.box, plan, f"new track {number}: frame {key.frame}")
    return plan.with_track(_track(number, target, keys, decided)), number


def remove_tracks(plan: Plan, ids: Iterable[int], *, automatic: bool = False) -> Plan:
    """Remove tracks from the plan. A finding that a removed track hid needs an answer again.

    A removed track leaves no trace in the record. So a track that a detector found is removed only
    with `automatic`; deciding to keep it visible has the same effect and goes on record.

    Raises:
        PlanError: there is no such track, or a detector found it and `automatic` is not set.
    """
    wanted = set()
    for number in ids:
        track = track_of(plan, number)
        if track.origin is Origin.AUTO and not automatic:
            raise problem(PlanError, "found_by_detector", number=number)
        wanted.add(number)
    return replace(
        plan,
        tracks=tuple(t for t in plan.tracks if t.id not in wanted),
        review=plan.review and _without_masks(plan.review, wanted),
    )


def _without_masks(review: ReviewState, gone: set[int]) -> ReviewState:
    notes = (
        note.but(answer="", reason="", track=None, mark="", answered_by="", answered_at="")
        if note.track in gone
        else note
        for note in review.findings
    )
    return review.but(findings=tuple(notes))


def track_of(plan: Plan, number: int) -> Track:
    """The track with a number. Raises PlanError if there is none."""
    for track in plan.tracks:
        if track.id == number:
            return track
    raise problem(PlanError, "no_track", number=number)


def check_box(box: Box, plan: Plan, where: str) -> None:
    """Raise PlanError unless `box` is valid and covers some of the picture."""
    numbers = ", ".join(f"{v:g}" for v in box)
    if not is_box(box):
        raise problem(PlanError, "no_box", where=where, numbers=numbers)
    if not plan.source.holds(box):
        size = f"{plan.source.width}×{plan.source.height}"
        raise problem(PlanError, "box_outside", where=where, numbers=numbers, size=size)


def mute(
    plan: Plan,
    start: float,
    end: float,
    how: Sound = Sound.MUTE,
    decided: Decided = UNDECIDED,
    origin: Origin = Origin.MANUAL,
) -> Plan:
    """Mute a span of the sound.

    A plan does not know where the sound begins and ends; `Plan.muted_on_clock` says what a span
    mutes before the first picture and after the last, and the record says what was there.

    Args:
        plan: before.
        start, end: in seconds after the first picture; negative before it.
        how: silence or a tone.
        decided: why, by whom and when.
        origin: whether a person chose it, or speech was heard there.

    Raises:
        PlanError: the span ends before it begins.
    """
    if not (math.isfinite(start) and start < end and math.isfinite(end)):
        raise problem(PlanError, "no_span", start=f"{start:g}", end=f"{end:g}")
    # Round outward to milliseconds, so that no trace of the sound is left at either end.
    span = MutedSpan(math.floor(start * 1000), math.ceil(end * 1000), how, *decided, origin)
    order = sorted((*plan.muted, span), key=lambda m: (m.start, m.end))
    return replace(plan, muted=tuple(order))


def unmute(plan: Plan, numbers: Iterable[int]) -> Plan:
    """Restore muted spans, numbered from 1 in order of time. Raises PlanError if there is no such
    span."""
    gone = set(numbers)
    for number in gone:
        if not 1 <= number <= len(plan.muted):
            raise problem(PlanError, "no_muted_span", number=number)
    kept = (m for n, m in enumerate(plan.muted, 1) if n not in gone)
    return replace(plan, muted=tuple(kept))
