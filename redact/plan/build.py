"""From the tracker's tracks to a plan; where the picture is damaged for long, nothing is shown."""

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
from .plan import HELD_REACH, Plan, SourceRef
from .same_subject import with_subjects

_STEPS_PER_PIXEL = 16
"""Boxes are kept to a sixteenth of a pixel: far finer than any mask, short in the file, and a
power of two so that the arithmetic is exact and never rounds inward."""


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
    """Number the tracks in order of appearance and round their boxes outward.

    Where the picture is broken (`Frame.broken`), and nothing or only old masks would hide it, a
    region hides all of it (`whole_pictures`); with `Damaged.HIDE`, wherever it is damaged.
    `broken` are those of `unchecked` that are, None: all of them.
    `owned` are, for each body, the ids of the tracks that were seen on it: with them they are one
    subject.

    Rounding outward keeps every box inside its rounded one, and makes the plan in memory equal
    to the one in the file, so that `detect` followed by `apply` is `run` to the bit.
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
        bodies=tuple(Body(b.vehicle, Keyframes(map(_whole_pixels, b.keyframes))) for b in bodies),
    )
    if broken is None or settings.damaged is Damaged.HIDE:
        broken = damaged
    whole = replace(found, tracks=(*numbered, *whole_pictures(found, broken)))
    return with_subjects(whole, numbers)


MOST_A_MINUTE: Final = 60
"""Doubts in a minute of video that are kept, the likeliest: twice as many as the page shows, to
bound the file."""

COVERED: Final = 0.4
"""Share of a place from which the mask on it hides whatever is there. Measured by `python -m
lab.audit --half dev`."""


def uncovered(plan: Plan, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """The likeliest of the places that no mask lies on, in order of time."""
    seconds = plan.seconds(len(plan.source.timeline) - 1)
    most = math.ceil(MOST_A_MINUTE * seconds / 60)
    found: list[Doubt] = []
    by_minute: dict[int, list[Doubt]] = defaultdict(list)
    for doubt in sorted(doubts, key=lambda d: (-d.chance, d.frame, d.box)):
        if len(found) >= most or doubt.chance < LEAST_PROBABILITY:
            break
        told = by_minute[int(plan.seconds(doubt.frame) / 60)]
        if any(d.target is doubt.target and d.box.iou(doubt.box) >= SAME_PLACE_IOU for d in told):
            continue
        least = COVERED * doubt.box.area
        if all(r.common(doubt.box) < least for r in plan.regions_at(doubt.frame)):
            told.append(replace(doubt, box=_outward(doubt.box), chance=round(doubt.chance, 4)))
            found.append(told[-1])
    return tuple(sorted(found, key=lambda d: (d.frame, d.box)))


def _rounded(key: Keyframe) -> Keyframe:
    score = None if key.score is None else round(float(key.score), 4)
    return Keyframe(key.frame, _outward(key.box), key.state, score)


def _whole_pixels(key: Keyframe) -> Keyframe:
    """A keyframe of a body as the file keeps it: nothing is drawn by it."""
    box = Box(*(float(round(v)) for v in key.box))
    return Keyframe(key.frame, box, key.state, round(float(key.score or 0), 2))


def _outward(box: Box) -> Box:
    down = [math.floor(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in box[:2]]
    up = [math.ceil(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in box[2:]]
    return Box(*down, *up)


DAMAGED: Final = "the picture is damaged and could not be checked"
"""Reason of the regions that hide it."""


def whole_pictures(plan: Plan, frames: Iterable[int]) -> tuple[Track, ...]:
    """Regions that hide the whole picture wherever it is not to be trusted for more than
    `HELD_REACH` frames, or where no mask is near that could be held.

    Held masks say where people were when the picture was last sound. Half a second later somebody
    else may have come in, and a damaged face is one that a detector misses and a person knows.

    Args:
        plan: with everything that was found, and with the frames whose picture was damaged.
        frames: in which the picture is not to be trusted, some of these.
    """
    untrusted = sorted(set(frames))
    box = Box(0, 0, plan.source.width, plan.source.height)
    long = [f for a, b in runs_of(untrusted) if b - a >= HELD_REACH for f in range(a, b + 1)]
    bare = [f for f in untrusted if not plan.regions_at(f)]
    runs = list(runs_of(sorted({*long, *bare})))
    first_id = len(plan.tracks) + 1
    return tuple(
        Track(
            number,
            Target.REGION,
            tuple(Keyframe(frame, box, State.HELD) for frame in sorted({first, last})),
            reason=DAMAGED,
        )
        for number, (first, last) in enumerate(runs, first_id)
    )


def with_held(plan: Plan, frames: Iterable[int]) -> Plan:
    """The plan as it was drawn, where drawing met damage in `frames` that the plan does not know.

    `regions_at(frame)` of the result is `regions_at(frame, damaged=True)` of the plan, for each
    of them. The plan itself, the one with a file and a hash, stays as it is.
    """
    return replace(plan, unchecked=tuple(sorted({*plan.unchecked, *frames})))
