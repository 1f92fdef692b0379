"""Changes the place and shape of a track's mask by key pictures.

A mask that redact makes is large enough for the whole face or plate. If a person makes it smaller,
or moves it off what a network detected, it can uncover somebody. So the person must confirm such a
change (`uncovered_frames`), and it goes on record.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from ..errors import PlanError
from ..mask_size import MARGIN, with_margin
from ..types import (
    LARGEST_MARGIN,
    UNDECIDED,
    Action,
    Box,
    Decided,
    KeyPicture,
    Origin,
    Outline,
    Sides,
    Track,
    sides_between,
)
from ..words import problem
from .edit import check_box, track_of
from .plan import Plan

MOST_ENLARGED: Final = 10.0
"""Largest factor by which a mask's width and height may grow: more is a typing error, and
refused."""

SAME_SIZE_SHARE: Final = 0.98
"""Share of its area that a mask must keep to count as no smaller: a hand that moves it is not exact
(a judgement)."""


def reshape(
    plan: Plan,
    number: int,
    first: int,
    last: int,
    *,
    outline: Outline | None = None,
    margin: float | None = None,
    larger: float | None = None,
    decided: Decided = UNDECIDED,
) -> Plan:
    """Change the mask of a track in all frames of a span, and in no others; `as_found` takes
    changes back. None leaves a property as it is.

    Args:
        plan: before.
        number: of the track.
        first, last: frames, both included; those outside the track are left out.
        outline: of the mask.
        margin: share of the box's size that is added to each side.
        larger: factor by which to scale the box that was found, about its centre; replaces sides
            that were moved.
        decided: why, by whom and when.

    Raises:
        PlanError: there is no such track, it does not exist in the span, or a number is out of
            range.
    """
    changes = _shape(outline, margin)
    if larger is not None:
        if not 0 < larger <= MOST_ENLARGED:
            most = f"{MOST_ENLARGED:g}"
            raise problem(PlanError, "size_range", size=f"{larger:g}", most=most)
        changes["sides"] = ((larger - 1) / 2,) * 4
    return _changed(plan, number, first, last, changes, decided)


def place(
    plan: Plan,
    number: int,
    frame: int,
    box: Box | None = None,
    *,
    outline: Outline | None = None,
    margin: float | None = None,
    decided: Decided = UNDECIDED,
) -> Plan:
    """Set the place and shape of a track's mask in one frame; all others stay as they are.

    Args:
        plan, number, outline, margin, decided: see `reshape`.
        frame: becomes a key picture.
        box: of the mask, without margin, in upright source pixels; None to leave it as it is.

    Raises:
        PlanError: as `reshape`; or the box hides nothing.
    """
    track = track_of(plan, number)
    found = track.found_at(frame)
    if found is None:
        raise problem(PlanError, "not_in_frame", number=number, frame=frame)
    changes = _shape(outline, margin)
    if box is not None:
        check_box(box, plan, f"track {number}: frame {frame}")
        changes["sides"] = sides_between(found.box, box)
    return _changed(plan, number, frame, frame, changes, decided)


def as_found(plan: Plan, number: int, first: int, last: int) -> Plan:
    """Take back all changes to the mask of a track in a span.

    Raises:
        PlanError: there is no such track, or it does not exist in the span.
    """
    track, (first, last) = track_of(plan, number), _inside(plan, number, first, last)
    keys = _apart(track, first, last)
    left = {n: key for n, key in keys.items() if not first <= n <= last}
    return plan.with_track(replace(track, key_pictures=_sorted(left)))


def _shape(outline: Outline | None, margin: float | None) -> dict[str, Any]:
    if margin is not None and not 0 <= margin <= LARGEST_MARGIN:
        raise problem(PlanError, "margin_range", margin=f"{margin:g}", most=f"{LARGEST_MARGIN:g}")
    stored = {"outline": outline, "margin": margin}
    return {name: value for name, value in stored.items() if value is not None}


def _changed(
    plan: Plan, number: int, first: int, last: int, changes: dict[str, Any], decided: Decided
) -> Plan:
    track, (first, last) = track_of(plan, number), _inside(plan, number, first, last)
    keys = _covering(track, first, last)
    for frame in [n for n in keys if first <= n <= last]:
        keys[frame] = _key(keys[frame], changes, decided)
    return plan.with_track(replace(track, key_pictures=_sorted(keys)))


def _inside(plan: Plan, number: int, first: int, last: int) -> tuple[int, int]:
    track = track_of(plan, number)
    first, last = max(first, track.first), min(last, track.last)
    if first > last:
        raise problem(PlanError, "not_in_frame", number=number, frame=first)
    return first, last


def _as_is(track: Track, frame: int) -> KeyPicture:
    """The mask of a frame as a key picture."""
    return track.key_picture_at(frame) or KeyPicture(frame)


def _key(key: KeyPicture, changes: dict[str, Any], decided: Decided) -> KeyPicture:
    reason, by, at, _ = decided
    return key.but(**changes, reason=reason or key.reason, by=by or key.by, at=at or key.at)


def _apart(track: Track, first: int, last: int) -> dict[int, KeyPicture]:
    """Frame → key picture, such that a change between two frames changes nothing outside: if the
    mask is interpolated across one of them, key pictures are added on both sides of it."""
    keys = {key.frame: key for key in track.key_pictures}
    for inner, outer in ((first, first - 1), (last, last + 1)):
        here, there = track.key_picture_at(inner), track.key_picture_at(outer)
        begins = max(inner, outer)
        after = next((key for key in track.key_pictures if key.frame >= begins), None)
        if here and there and after and after.evenly:
            keys |= {inner: keys.get(inner, here), outer: keys.get(outer, there)}
            keys[begins] = keys[begins].but(evenly=False)
    return keys


def _covering(track: Track, first: int, last: int) -> dict[int, KeyPicture]:
    """`_apart`, with key pictures added such that every frame from `first` to `last` has one or is
    interpolated between two."""
    keys = _apart(track, first, last)
    apart = replace(track, key_pictures=_sorted(keys))
    for frame in (first, last):
        keys.setdefault(frame, _as_is(apart, frame).but(evenly=False))
    inside = sorted(n for n in keys if first <= n <= last)
    for before, after in pairwise(inside):
        if keys[after].evenly:
            continue
        if keys[before].neutral and keys[after].neutral:
            keys[after] = keys[after].but(evenly=True)
            continue
        # The frames between the two are not changed so far.
        for frame in sorted({before + 1, after - 1} & set(range(before + 1, after))):
            keys[frame] = KeyPicture(frame, evenly=frame > before + 1)
    return keys


def _sorted(keys: dict[int, KeyPicture]) -> tuple[KeyPicture, ...]:
    return tuple(keys[frame] for frame in sorted(keys))


def uncovered_frames(plan: Plan, track: Track, margin: float = MARGIN) -> list[int]:
    """Frames in which a person made a mask smaller than redact makes it, or moved it so that it no
    longer covers what was surely there. Frames without a mask do not count.

    Args:
        plan: that contains the track, or will.
        track: tracks that a person drew never count, as they have no other size.
        margin: of all masks, as a share of a box's size.
    """
    frames = _smaller_frames(plan, track, margin)
    if track.action is Action.REDACT:
        return frames
    return [frame for frame in frames if not plan.shows(track, frame)]


def _smaller_frames(plan: Plan, track: Track, margin: float) -> list[int]:
    """`uncovered_frames`, including frames in which the track has no mask now: the decision may
    change."""
    if not track.key_pictures or track.origin is Origin.MANUAL:
        return []
    found, bare = list[int](), replace(track, key_pictures=())
    for first, last in _stretches(track.key_pictures):
        frames = range(max(first, track.first), min(last, track.last) + 1)
        found += [frame for frame in frames if _is_smaller(plan, track, bare, frame, margin)]
    return found


def newly_uncovered(before: Plan, after: Plan, number: int, margin: float = MARGIN) -> list[int]:
    """Frames in which the mask of a track is or would be smaller, and in which a change from
    `before` to `after` altered it."""
    old, new = track_of(before, number), track_of(after, number)

    def differs(frame: int) -> bool:
        a, b = old.key_picture_at(frame), new.key_picture_at(frame)
        return _told(a) != _told(b)

    return [frame for frame in _smaller_frames(after, new, margin) if differs(frame)]


def to_look_at(frames: Sequence[int]) -> list[int]:
    """The first, middle and last of some frames: those that a person must view before making a mask
    smaller."""
    return sorted({frames[0], frames[len(frames) // 2], frames[-1]}) if frames else []


def _told(key: KeyPicture | None) -> tuple[Sides, Outline | None, float | None] | None:
    return None if key is None or key.neutral else (key.sides, key.outline, key.margin)


def _stretches(keys: Sequence[KeyPicture]) -> list[tuple[int, int]]:
    """First and last frame of each span that key pictures determine."""
    found: list[tuple[int, int]] = []
    for key in keys:
        first = found.pop()[0] if key.evenly and found else key.frame
        found.append((first, key.frame))
    return found


def _is_smaller(plan: Plan, track: Track, bare: Track, frame: int, margin: float) -> bool:
    """Whether the mask in a frame is smaller than that of `bare`, the track as it was found, or
    misses what was surely there."""
    wanted, here = track.key_picture_at(frame), bare.at(frame)
    if wanted is None or here is None or wanted.neutral:
        return False
    usual = track.target.spec.outline
    outline = wanted.outline or usual
    wide = margin if wanted.margin is None else wanted.margin
    mine = with_margin(wanted.box(here.box), wide, track.target)
    theirs = with_margin(here.box, margin, track.target)
    if _AREA[outline] * mine.area < SAME_SIZE_SHARE * _AREA[usual] * theirs.area:
        return True
    return plan.certain(bare, frame) and not _holds(mine, outline, here.box, usual)


_AREA: Final = {Outline.ELLIPSE: math.pi / 4, Outline.BOX: 1.0, Outline.ROUNDED: 1.0}
"""Share of its box that a mask takes up, by geometry; with round corners, nearly all."""

_AROUND: Final = np.linspace(0, 2 * np.pi, 32, endpoint=False)


def _holds(box: Box, outline: Outline, other: Box, other_outline: Outline) -> bool:
    """Whether an outline contains another, within rounding error."""
    across, down = np.cos(_AROUND), np.sin(_AROUND)
    if other_outline is not Outline.ELLIPSE:
        across, down = np.sign(across), np.sign(down)
    (x, y), (cx, cy) = other.centre, box.centre
    dx = np.abs(x + across * other.width / 2 - cx) / (box.width / 2)
    dy = np.abs(y + down * other.height / 2 - cy) / (box.height / 2)
    reach = np.hypot(dx, dy) if outline is Outline.ELLIPSE else np.maximum(dx, dy)
    return bool(reach.max() <= 1 + 1e-6)
