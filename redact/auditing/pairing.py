"""Source and output, decoded side by side and paired by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..types import Frame


@dataclass(frozen=True, slots=True)
class Pair:
    """One moment: the frame of the source and of the output that are shown then.

    Attributes:
        source: None where the output shows a frame that the source has not.
        output: None where the source's frame is missing from the output.
        index: of the source frame, or of the last one before an extra output frame.
    """

    source: Frame | None
    output: Frame | None
    index: int


def pairs(source: Iterator[Frame], output: Iterator[Frame]) -> Iterator[Pair]:
    """Pair two frame sequences by presentation time, one frame of each in memory at a time.

    Frames belong together when their times differ by less than half the distance to the
    source's next frame. Pairing by number would compare every frame after a dropped one with its
    neighbour, and so hide which one is missing.
    """
    a, after = next(source, None), next(source, None)
    b = next(output, None)
    step = Fraction(1, 25)
    index = 0
    while a is not None or b is not None:
        if a is None:
            yield Pair(None, b, index)
            b = next(output, None)
            continue
        if after is not None and after.time > a.time:
            step = after.time - a.time
        # A container may round times to its own tick (Matroska: a millisecond).
        near = max(step, b.time_base) / 2 if b is not None else step
        if b is None or b.time - a.time > near:
            yield Pair(a, None, a.index)
        elif a.time - b.time > near:
            yield Pair(None, b, max(0, a.index - 1))
            b = next(output, None)
            continue
        else:
            yield Pair(a, b, a.index)
            b = next(output, None)
        index = a.index
        a, after = after, next(source, None)
