"""The places where somebody may be open, as values that a record and a script can hold."""

from __future__ import annotations

from ..plan import Plan
from ..record import OpenPart
from ..risk import told
from ..types import Box


def may_be_open(plan: Plan) -> tuple[OpenPart, ...]:
    """The places that are told of a plan (`risk.told`), the most probable first; none of a
    photograph, which one looks at as a whole."""
    if len(plan.source.timeline) == 1:
        return ()
    return tuple(
        OpenPart(
            moment.frame,
            round(plan.seconds(moment.frame), 3),
            moment.sentence,
            round(moment.chance, 3),
            None if moment.box is None else _corners(moment.box),
        )
        for moment in told(plan)
    )


def _corners(box: Box) -> tuple[float, float, float, float]:
    return round(box.x1, 1), round(box.y1, 1), round(box.x2, 1), round(box.y2, 1)
