"""What is open and told of by nobody: the figure that counts most for whoever relies on redact.

An open face that a run points at costs a lawyer ten seconds; one in silence costs a client. A face
or plate of which more than half is open is silent if none of the places that the run tells
(`redact.risk.told`) lies on it within a second. The audit, which takes a finished file, is left
out: what it finds is told besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import hypot

from redact.plan import Plan
from redact.risk import told
from redact.types import Box

from .judge import FrameScore

OPEN = 0.5
"""Share of an object that must be open."""

SECONDS, SIZES = 1.0, 1.5
"""Time between a place and the object, and distance of their middles in the object's longer side,
within which whoever looks at the one sees the other. Not tuned."""


def silent(plan: Plan, frames: Iterable[FrameScore]) -> Iterator[tuple[str, bool]]:
    """Yield the clip of every face and plate that is more than half open, and whether it is silent.

    Args:
        plan: of the clip.
        frames: its labelled frames, judged by the masks of the plan.
    """
    places = [place for one in told(plan) for place in (one, *one.beside)]
    for frame in frames:
        for thing in frame.objects:
            if thing.open_share <= OPEN:
                continue
            box, time = Box(*thing.box), plan.seconds(thing.frame)
            near = (p for p in places if abs(plan.seconds(p.frame) - time) <= SECONDS)
            pointed = any(p.box is not None and _points_at(p.box, box) for p in near)
            yield thing.clip, not pointed


def _points_at(place: Box, box: Box) -> bool:
    (x, y), (a, b) = place.centre, box.centre
    return hypot(x - a, y - b) <= SIZES * max(box.width, box.height)
