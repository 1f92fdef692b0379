"""What a user should know of a plan before it is drawn: masks that cover most of the picture, and
people who are too small to be found for sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from statistics import median
from typing import Final

import numpy as np

from ..plan import DAMAGED, Plan
from ..types import SEARCHED, PerKind, State, Target
from ..words import Message

_HALF: Final = 0.5
_LONG: Final = 0.3
"""Seconds for which masks may cover more than half of the picture unsaid."""

_STEP: Final = Fraction(1, 10)
"""Seconds between two looks at what is covered."""

_GRID: Final = (36, 64)
"""Rows and columns of points at which it is looked whether a mask covers them."""

SMALL: Final = PerKind(
    "pipeline/coverage: SMALL",
    {Target.FACE: 16, Target.PLATE: 0, Target.HEAD: 24, Target.PERSON: 60},
)
"""Pixels of height below which many are missed: a face of 16, and the head and the body
that have one; 0 where nobody is."""


def remarks(plan: Plan) -> Iterator[Message]:
    """What is said of a plan."""
    large = next(_largely_covered(plan), None)
    if large is not None:
        yield Message("masks_large", seconds=large)
    for target in SEARCHED:
        heights = [
            median(k.box.height for k in t.keyframes if k.state is State.DETECTED)
            for t in plan.tracks
            if t.target is target and any(k.state is State.DETECTED for k in t.keyframes)
        ]
        small = sum(height < SMALL[target] for height in heights)
        if small * 2 > len(heights):
            whole = next((t.spec.option for t in reversed(target.wholes) if t in SEARCHED), "")
            if whole:
                yield Message("heads_small_of", count=small, pixels=SMALL[target], whole=whole)
            else:
                yield Message("heads_small", count=small, pixels=SMALL[target])


def _largely_covered(plan: Plan) -> Iterator[float]:
    """Seconds at which masks begin to cover more than half of the picture for a while."""
    timeline, since = plan.source.timeline, None
    damaged = {t.id for t in plan.tracks if t.reason == DAMAGED}
    next_look: Fraction | None = None
    for frame in range(len(timeline)):
        time = timeline.time(frame)
        if next_look is not None and time < next_look:
            continue
        next_look = time + _STEP
        if _covered(plan, frame, damaged) <= _HALF:
            since = None
        elif since is None:
            since = time
        elif time - since > _LONG:
            yield float(since)
            since = None


def _covered(plan: Plan, frame: int, damaged: set[int]) -> float:
    """Share of the picture under masks."""
    rows, columns = _GRID
    hidden = np.zeros(_GRID, np.bool_)
    for region in plan.regions_at(frame):
        if region.track in damaged:
            continue
        box = region.box
        left, right = box.x1 / plan.source.width, box.x2 / plan.source.width
        top, low = box.y1 / plan.source.height, box.y2 / plan.source.height
        hidden[
            max(0, round(top * rows)) : max(0, round(low * rows)),
            max(0, round(left * columns)) : max(0, round(right * columns)),
        ] = True
    return float(hidden.mean())
