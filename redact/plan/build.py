"""Builds a plan from the tracker's tracks; where damage lasts, the plan hides the whole picture."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from .. import __version__
from ..settings import Damaged, DetectSettings
from ..types import (
    LEAST_PROBABILITY,
    SAME_PLACE_IOU,
    Body,
    Box,
    Doubt,
    Keyframe,
    Keyframes,
    State,
    Target,
    Track,
    runs_of,
)
from .plan import DAMAGE_REACH, Plan, SourceRef
from .same_subject import with_all_subjects

_STEPS_PER_PIXEL = 16
"""Boxes are stored in sixteenths of a pixel: much finer than any mask, short in the file, and a
power of two, so that the arithmetic is exact and never rounds inward."""


def build_plan(
    source: SourceRef,
    settings: DetectSettings,
    tracks: Iterable[Track],
    cuts: Iterable[int],
    unchecked: Iterable[int],
    detectors: tuple[tuple[str, str], ...] = (),
    frames_looked_at: int | None = None,
    broken: Iterable[int] | None = None,
    bodies: Sequence[Body] = (),
    owned: Sequence[Sequence[int]] = (),
) -> Plan:
    """Build a plan: number the tracks in order of appearance, and round their boxes outward.

    Rounding makes the plan in memory equal to the one in the file, so that `detect` followed by
    `apply` gives the same bytes as `run`.

    Args:
        source, settings, detectors, frames_looked_at: see `Plan`.
        tracks: of the whole clip, with unique ids.
        cuts: frame indices at which scenes start.
        unchecked: indices of damaged frames.
        broken: those of `unchecked` in which the picture is broken (`Frame.broken`); None for all.
            If no mask, or only an old one, would hide a broken picture, a region hides all of it
            (`whole_pictures`); with `Damaged.HIDE`, any damaged picture.
        bodies: people and vehicles.
        owned: for each body, the ids of the tracks that were seen on it; together they become one
            subject.
    """
    ordered = sorted(tracks, key=lambda t: (t.first, t.target, t.keyframes[0].box))
    numbered = tuple(
        replace(t, id=n, keyframes=tuple(map(_rounded, t.keyframes)))
        for n, t in enumerate(ordered, start=1)
    )
    number_of = {t.id: n for n, t in enumerate(ordered, start=1)}
    numbers = [sorted(number_of[track] for track in tracks) for tracks in owned]
    damaged = tuple(sorted(set(unchecked)))
    found = Plan(
        source=source,
        settings=settings,
        tracks=numbered,
        cuts=tuple(sorted(set(cuts))),
        unchecked=damaged,
        version=__version__,
        detectors=detectors,
        frames_looked_at=frames_looked_at,
        bodies=tuple(Body(b.vehicle, Keyframes(map(whole_pixels, b.keyframes))) for b in bodies),
    )
    if broken is None or settings.damaged is Damaged.HIDE:
        broken = damaged
    whole = replace(found, tracks=(*numbered, *whole_pictures(found, broken)))
    return with_all_subjects(whole, numbers)


MOST_A_MINUTE: Final = 60
"""Most doubts stored per minute of video, the likeliest first: twice as many as the page shows, to
bound the file."""

HIDDEN_SHARE: Final = 0.4
"""Share of a place that a mask must cover to count as hiding what is there. Measured by `python -m
lab.audit --half dev`."""


def uncovered(plan: Plan, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Select doubts for a plan: the likeliest at which it has no mask, in order of time."""
    seconds = plan.seconds(len(plan.source.timeline) - 1)
    most = math.ceil(MOST_A_MINUTE * seconds / 60)
    found: list[Doubt] = []
    by_minute: dict[int, list[Doubt]] = defaultdict(list)
    for doubt in sorted(doubts, key=lambda d: (-d.chance, d.frame, d.box)):
        if len(found) >= most or doubt.chance < LEAST_PROBABILITY:
            break
        in_minute = by_minute[int(plan.seconds(doubt.frame) / 60)]
        if any(
            d.target is doubt.target and d.box.iou(doubt.box) >= SAME_PLACE_IOU for d in in_minute
        ):
            continue
        least = HIDDEN_SHARE * doubt.box.area
        if all(r.common(doubt.box) < least for r in plan.regions_at(doubt.frame)):
            in_minute.append(replace(doubt, box=outward(doubt.box), chance=round(doubt.chance, 4)))
            found.append(in_minute[-1])
    return tuple(sorted(found, key=lambda d: (d.frame, d.box)))


def _rounded(key: Keyframe) -> Keyframe:
    score = None if key.score is None else round(float(key.score), 4)
    return Keyframe(key.frame, outward(key.box), key.state, score)


def whole_pixels(key: Keyframe) -> Keyframe:
    """A body's keyframe as the file stores it: whole pixels, because nothing is drawn from it."""
    box = Box(*(float(round(v)) for v in key.box))
    return Keyframe(key.frame, box, key.state, round(float(key.score or 0), 2))


def outward(box: Box) -> Box:
    """A box as the file stores it, rounded outward."""
    down = [math.floor(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in box[:2]]
    up = [math.ceil(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in box[2:]]
    return Box(*down, *up)


REASON_DAMAGED: Final = "the picture is damaged and could not be checked"
"""Reason of the regions that hide whole pictures."""


def whole_pictures(plan: Plan, frames: Iterable[int]) -> tuple[Track, ...]:
    """Regions that hide the whole picture where it cannot be trusted for more than `DAMAGE_REACH`
    frames, or where no mask is near enough to be held.

    Held masks show where people were in the last intact picture. Half a second later somebody else
    may have come in, and people can recognise a damaged face that a detector misses.

    Args:
        plan: with all tracks, and with the indices of damaged frames.
        frames: indices of those damaged frames whose picture cannot be trusted.
    """
    untrusted = sorted(set(frames))
    box = Box(0, 0, plan.source.width, plan.source.height)
    long = [f for a, b in runs_of(untrusted) if b - a >= DAMAGE_REACH for f in range(a, b + 1)]
    bare = [f for f in untrusted if not plan.regions_at(f)]
    runs = list(runs_of(sorted({*long, *bare})))
    first_id = len(plan.tracks) + 1
    return tuple(
        Track(
            number,
            Target.REGION,
            tuple(Keyframe(frame, box, State.HELD) for frame in sorted({first, last})),
            reason=REASON_DAMAGED,
        )
        for number, (first, last) in enumerate(runs, first_id)
    )


def with_damage(plan: Plan, frames: Iterable[int]) -> Plan:
    """The plan as drawn, if the second pass met damage in `frames` that the plan does not know.

    For each of them, `regions_at(frame)` of the result equals `regions_at(frame, damaged=True)` of
    the plan. The plan itself, with its file and hash, is unchanged.
    """
    return replace(plan, unchecked=tuple(sorted({*plan.unchecked, *frames})))
