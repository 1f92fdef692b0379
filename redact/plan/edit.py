"""Changing the tracks of a plan and its muted spans, as functions from plan to plan.

What is decided about tracks is changed by `redact.plan.decisions`.
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
    """Add a track as `new_track` makes it; returns the plan and the track's number."""
    number = plan.next_id()
    return plan.with_track(new_track(plan, number, target, places, decided)), number


def new_track(
    plan: Plan,
    number: int,
    target: Target,
    places: Sequence[tuple[int, Box]],
    decided: Decided = UNDECIDED,
) -> Track:
    """A track that is linear between places.

    Args:
        plan: that it is for.
        number: of the track.
        target: what is hidden.
        places: frame index and box in upright source pixels, in any order.
        decided: see `Track`.

    Raises:
        PlanError: no place, two at one frame, a frame outside the clip, or a box that is none
            or lies wholly outside the picture.
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
    reason, by, at = decided
    return Track(number, target, keys, Action.REDACT, Origin.MANUAL, reason, by, decided_at=at)


def add_followed(
    plan: Plan,
    target: Target,
    keys: Sequence[Keyframe],
    decided: Decided = UNDECIDED,
) -> tuple[Plan, int]:
    """Add what was followed through the frames, such as what a person drew once (see
    `redact.follow_drawn.follow`). It may enter and leave the picture, as a text on a car does.

    Raises:
        PlanError: a box is none, or all lie wholly outside the picture.
    """
    number = plan.next_id()
    shown = any(plan.source.shows(key.box) for key in keys)
    for key in keys:
        if not (shown and is_box(key.box)):
            check_box(key.box, plan, f"new track {number}: frame {key.frame}")
    return plan.with_track(_track(number, target, keys, decided)), number


def remove_tracks(plan: Plan, ids: Iterable[int], *, automatic: bool = False) -> Plan:
    """Take tracks out of the plan.

    A removed track leaves no trace in the record, so one that a detector found is only removed
    if `automatic` says so; setting it to keep hides it no more than that and stays on record.
    A finding that it hid needs an answer again.

    Raises:
        PlanError: there is no such track, or it was found automatically.
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
    """Raises PlanError if there is none."""
    for track in plan.tracks:
        if track.id == number:
            return track
    raise problem(PlanError, "no_track", number=number)


def check_box(box: Box, plan: Plan, where: str) -> None:
    """Raises PlanError unless `box` has an area and covers some of the picture."""
    numbers = ", ".join(f"{v:g}" for v in box)
    if not is_box(box):
        raise problem(PlanError, "no_box", where=where, numbers=numbers)
    if not plan.source.shows(box):
        size = f"{plan.source.width}×{plan.source.height}"
        raise problem(PlanError, "box_outside", where=where, numbers=numbers, size=size)


def mute(
    plan: Plan,
    start: float,
    end: float,
    how: Sound = Sound.MUTE,
    decided: Decided = UNDECIDED,
) -> Plan:
    """Take a span out of the sound; times are seconds after the first picture.

    Sound that begins before the first picture has times below zero there, and sound may go on after
    the last picture. `Plan.muted_on_clock` tells which of it a span takes out. A plan does not
    know when the sound begins and ends; the record tells what was there.

    Raises:
        PlanError: the span ends before it begins.
    """
    if not (math.isfinite(start) and start < end and math.isfinite(end)):
        raise problem(PlanError, "no_span", start=f"{start:g}", end=f"{end:g}")
    # Outward to the millisecond: no trace of the sound may be left at either end.
    span = MutedSpan(math.floor(start * 1000), math.ceil(end * 1000), how, *decided)
    order = sorted((*plan.muted, span), key=lambda m: (m.start, m.end))
    return replace(plan, muted=tuple(order))


def unmute(plan: Plan, numbers: Iterable[int]) -> Plan:
    """Give back muted spans, numbered from 1 in order of time. Raises PlanError."""
    gone = set(numbers)
    for number in gone:
        if not 1 <= number <= len(plan.muted):
            raise problem(PlanError, "no_muted_span", number=number)
    kept = (m for n, m in enumerate(plan.muted, 1) if n not in gone)
    return replace(plan, muted=tuple(kept))
