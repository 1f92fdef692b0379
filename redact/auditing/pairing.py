"""Source and output, paired by time: are the frames those of the source, each at its own time?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..messages import Message
from ..types import Frame, clock
from .result import Check


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


class TimeCheck:
    """Counts frames and compares times while pairs go by."""

    def __init__(self) -> None:
        self.source = 0
        self.output = 0
        self._missing: list[int] = []
        self._extra: list[str] = []
        self._late: list[str] = []
        self._damaged: list[int] = []

    def add(self, pair: Pair) -> None:
        source, output = pair.source, pair.output
        self.source += source is not None
        self.output += output is not None
        if source is None and output is not None:
            self._extra.append(clock(float(output.time), 4))
        elif output is None:
            self._missing.append(pair.index)
        elif source is not None:
            shift = output.time - source.time
            if abs(shift) > _rounding(source, output):
                self._late.append(f"{source.index} ({float(shift):+.6f} s)")
        if output is not None and output.damaged:
            self._damaged.append(output.index)

    def checks(self, decode_errors: int) -> list[Check]:
        """Frame count, times, and whether the output decodes without error."""
        missing, extra, late = self._missing, self._extra, self._late
        wrong = []
        if missing:
            wrong.append(Message("frames_missing", missing=len(missing), list=_some(missing)))
        if extra:
            wrong.append(Message("frames_added", added=len(extra), list=_some(extra)))
        counts = Message("frames_of", output=self.output, source=self.source)
        times = Message("times_good")
        if late:
            times = Message("times_wrong", count=len(late), list=_some(late))
        damaged = max(decode_errors, len(self._damaged))
        errors = Message("decode_errors", count=damaged) if damaged else Message("decodes_good")
        return [
            Check("frames", not wrong and self.output > 0, (counts, *wrong)),
            Check("times", not late, (times,)),
            Check("decodes", damaged == 0, (errors,)),
        ]


def _rounding(source: Frame, output: Frame) -> Fraction:
    """Seconds that a time may be off: half a tick of the output, where its ticks do not hold every
    time of the source, as 1/90000 s does not hold those of 1/24000 s, else nothing."""
    exact = (source.time_base / output.time_base).denominator == 1
    return Fraction(0) if exact else output.time_base / 2


def _some(items: list[int] | list[str], shown: int = 5) -> str:
    """The first of them, for a person."""
    return ", ".join(map(str, items[:shown])) + (", …" if len(items) > shown else "")
