"""Muting spans of the sound of a plan, as functions from plan to plan."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from ..errors import PlanError
from ..types import UNDECIDED, Decided
from ..words import problem
from .muted_span import MutedSpan, Sound
from .plan import Plan


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
