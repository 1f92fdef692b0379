"""A plan as it was drawn, where drawing met damage that the plan does not know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .plan import Plan


def with_held(plan: Plan, frames: Iterable[int]) -> Plan:
    """The plan with `frames` unchecked as well, so that its masks are those that were drawn.

    `regions_at(frame)` of the result is `regions_at(frame, damaged=True)` of the plan, for each
    of them. The plan itself, the one with a file and a hash, stays as it is.
    """
    return replace(plan, unchecked=tuple(sorted({*plan.unchecked, *frames})))
