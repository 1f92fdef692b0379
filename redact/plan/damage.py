"""Damage: where nothing can be checked for long, nothing is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..types import Box, Keyframe, State, Target, Track, runs_of
from .plan import HELD_REACH, Plan

DAMAGED: Final = "the picture is damaged and could not be checked"
"""Reason of the regions that hide it."""


def whole_pictures(
    unchecked: Iterable[int], width: int, height: int, first_id: int
) -> tuple[Track, ...]:
    """Regions that hide the whole picture wherever it is damaged for more than `HELD_REACH` frames.

    Held masks say where people were when the picture was last sound. Half a second later somebody
    else may have come in, and a damaged face is one that a detector misses and a person knows.

    Args:
        unchecked: frames whose picture was damaged.
        width, height: of the upright picture in pixels.
        first_id: id of the first region.
    """
    box = Box(0, 0, width, height)
    runs = [(a, b) for a, b in runs_of(unchecked) if b - a >= HELD_REACH]
    return tuple(
        Track(
            number,
            Target.REGION,
            (Keyframe(first, box, State.HELD), Keyframe(last, box, State.HELD)),
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
