"""Pairs the frames of source and output by time, and compares them pixel by pixel, without
detectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..plan import Plan
from ..types import Box, Frame, clock
from ..words import Message
from .mask_drawn import not_drawn
from .outside_masks import OutsideMasks, drawn_around
from .planes import Both
from .redrawn import Redrawn
from .result import AuditSettings, Check
from .what_is_hidden import MakeMask, stamped


@dataclass(frozen=True, slots=True)
class Pair:
    """The frames of source and output that are shown at the same time.

    Attributes:
        source: None if the output has a frame that the source lacks.
        output: None if the source's frame is missing from the output.
        index: of the source frame, or of the last one before an extra output frame.
    """

    source: Frame | None
    output: Frame | None
    index: int


def pairs(source: Iterator[Frame], output: Iterator[Frame]) -> Iterator[Pair]:
    """Pair two sequences of frames by presentation time, with one or two frames of each in memory.

    Frames belong together if their times differ by at most half the interval to the source's next
    frame. Pairing by number would compare all frames after a dropped one with their neighbours, and
    not show which one is missing.
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
        # A container may round times to its own time base (Matroska: a millisecond).
        near = max(step, b.time_base) / 2 if b is not None else step
        late = None if b is None else b.time - a.time
        if late is None or late > near:
            yield Pair(a, None, a.index)
        elif -late > near:
            yield Pair(None, b, max(0, a.index - 1))
            b = next(output, None)
            continue
        else:
            yield Pair(a, b, a.index)
            b = next(output, None)
        index = a.index
        a, after = after, next(source, None)


class TimeCheck:
    """Counts frames and compares times, pair by pair."""

    def __init__(self) -> None:
        self.source = 0
        self.output = 0
        self._missing: list[int] = []
        self._extra: list[str] = []
        self._late: list[str] = []
        self.damaged = 0

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
            if shift and abs(shift) > _rounding(source, output):
                self._late.append(f"{source.index} ({float(shift):+.6f} s)")
        self.damaged += output is not None and output.damaged

    def checks(self, damaged: int) -> list[Check]:
        """Checks of frame count, times, and decoding; `damaged` is the number of decoding errors
        in the output."""
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
        errors = Message("decode_errors", count=damaged) if damaged else Message("decodes_good")
        return [
            Check("frames", not wrong and self.output > 0, (counts, *wrong)),
            Check("times", not late, (times,)),
            Check("decodes", damaged == 0, (errors,)),
        ]


def _rounding(source: Frame, output: Frame) -> Fraction:
    """Seconds by which a time may be off: half a unit of the output's time base if that cannot
    represent every time of the source (1/90000 s cannot represent 1/24000 s), else 0."""
    exact = (source.time_base / output.time_base).denominator == 1
    return Fraction(0) if exact else output.time_base / 2


def _some(items: list[int] | list[str]) -> str:
    """The first few items as text."""
    return ", ".join(map(str, items[:5])) + (", …" if len(items) > 5 else "")


Places = dict[int, list[tuple[int, Box]]]
"""Track id → (frame, box), upright source pixels."""


class Compared:
    """Compares the frames of source and output, in order.

    Args:
        plan: as drawn.
        settings: of the audit.
        size: width and height of the pictures.
        photograph: the output is one.

    Attributes:
        frames: number of frames compared so far.
        undrawn: places of masks under which the source shows.
    """

    def __init__(
        self,
        plan: Plan,
        settings: AuditSettings,
        size: tuple[int, int],
        photograph: bool = False,
    ) -> None:
        self._plan = plan
        render = settings.render
        self._drawn = None if render is None else Redrawn(render, photograph)
        stamp = stamped(settings.stamp, *size)
        self._stamped = None if stamp is None else drawn_around(stamp)
        self._outside = OutsideMasks()
        self.frames = 0
        self.undrawn: Places = defaultdict(list)

    def add(self, source: Frame, output: Frame, both: Both, mask: MakeMask) -> None:
        """Compare the next frame.

        Args:
            source, output: frames of equal size; neither is changed.
            both: their planes.
            mask: makes the frame's mask.
        """
        self.frames += 1
        index = source.index
        regions = self._plan.regions_at(index)
        if self._drawn is not None:
            # The whole picture is known, so neither masks nor stamp need to be left out.
            wanted = self._drawn.wanted(source, output, regions)
            self._outside.see(index, both if wanted is None else wanted, None)
            bare = [] if wanted is None else self._drawn.bare(both, wanted, regions)
        else:
            hidden = drawn_around(mask(), source.blocks) if regions else None
            if self._stamped is not None:
                hidden = self._stamped if hidden is None else hidden | self._stamped
            self._outside.see(index, both, hidden)
            bare = [region for region in regions if not_drawn(both, region)]
        for region in bare:
            self.undrawn[region.track].append((index, region.box))

    def check(self) -> Check:
        """Check that the picture outside the masks is the source's."""
        return self._outside.check()
