"""The muted spans of a plan on the clock of its source."""

from __future__ import annotations

from fractions import Fraction

from .media import Silenced
from .plan import Plan


def silenced_by(plan: Plan) -> tuple[Silenced, ...]:
    """Plans count from the first picture; the clock of a file need not start there."""
    if not plan.muted:
        return ()
    start = plan.source.timeline.time(0)
    return tuple(
        Silenced(start + Fraction(m.start, 1000), start + Fraction(m.end, 1000), m.how.value)
        for m in plan.muted
    )
