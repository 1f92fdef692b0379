"""Are the frames of the output those of the source, each at its own time?"""

from __future__ import annotations

from fractions import Fraction

from ..messages import Message
from ..types import Frame, clock
from .pairing import Pair
from .result import Check

_SHOWN = 5


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


def _some(items: list[int] | list[str]) -> str:
    shown = ", ".join(map(str, items[:_SHOWN]))
    return shown + (", …" if len(items) > _SHOWN else "")
