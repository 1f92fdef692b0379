"""Reads the finished picture: finds visible plate numbers, and texts that repeat the number of a
hidden plate, such as captions of toll gates.

It reads a few whole pictures: where hidden plates are largest, where the search had doubts about a
plate, and some in between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter

from ..detection import load_calibration
from ..memory import trim
from ..plan import HIDDEN_SHARE, SAME_TEXT, Plan
from ..reading import LEGIBLE, NumberReader, Text, is_plate_number, repeats
from ..track import Clues, FrameClock, ScannedPicture, probability_of, shrink
from ..types import DOUBTFUL, STANDS_STILL, Action, Box, Frame, State, Target, folded
from .audit_detectors import AuditDetectors
from .what_is_hidden import Covers, Mask, by_decision, shares_covered

READ_EVERY: Final = 6.0
"""Seconds of video per picture that is read: reading one takes a third of a second of one
processor."""

LEAST_FOR_TWO: Final = 1.0
"""Seconds of video from which at least two pictures are read, to see whether a number moves; in
less it hardly does."""

FOUND_BY_TEXT: Final = -1.0
"""Log odds used instead of a scan for a place that was found by its text alone. With it, a close
scan of about -.5 suffices: for 14 plates that are read in street footage it gives 3.9 and more, for
a scooter's -2.3, and for 18 burnt-in texts that read like a number -3.4 and less."""

NUMBER_MOVES: Final = 2.0
"""Log odds that a number gains by being read in two places, because captions stay in place. With
it, 20 instead of 18 of 20 plates set into footage, mostly without cars, are found. Of 13 texts that
read like a number but are none, in two pictures of 67 clips of dev and street footage, none moved
by more than .03 of its height, far less than `STANDS_STILL`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A plate number that can be read outside the masks.

    Attributes:
        frame, box: of the text, in upright source pixels.
        text: as read.
        probability: that it is on a plate.
        track: id of the hidden plate whose number it repeats; None if it repeats none.
    """

    frame: int
    box: Box
    text: str
    probability: float
    track: int | None = None


class Legible:
    """Reads some pictures of one video.

    Args:
        plan: of the video.
        covers: says what is visible by decision.
        detectors: for close scans, which distinguish plates from signs.
        reader: of the audit.

    Attributes:
        frames: indices of the frames to read.
        open: visible plate numbers.
    """

    def __init__(
        self,
        plan: Plan,
        covers: Covers,
        detectors: AuditDetectors,
        reader: NumberReader,
    ) -> None:
        self._plan, self._covers = plan, covers
        self._detectors, self._reader = detectors, reader
        self.frames = frozenset(frames_to_read(plan))
        self.open: list[Number] = []
        self._hidden: dict[str, int] = {}
        self._lines: list[tuple[int, Box, str]] = []
        self._first: dict[str, tuple[int, Box]] = {}
        self._scaler = VideoReformatter()
        self._seen: ScannedPicture | None = None
        self._last: list[Text] = []

    def read(self, shown: Frame, mask: Mask) -> list[Number]:
        """Read a picture; returns the plate numbers that are visible.

        Args:
            shown: frame of the source, which equals the output outside the masks.
            mask: of the frame.

        Raises:
            UnsafeError: the picture could not be read.
        """
        scope = self._plan.settings.scope
        lines = [line for line in self._lines_of(shown) if line.score >= LEGIBLE]
        covered = shares_covered(mask, np.array([line.box for line in lines]).reshape(-1, 4))
        bare = [x for x, c in zip(lines, covered, strict=True) if c < HIDDEN_SHARE]
        for line, share in zip(lines, covered, strict=True):
            if share >= HIDDEN_SHARE and is_plate_number(line.text):
                self._note_hidden(shown.index, line)
        kept = self._covers.kept(shown.index)
        wanted = [
            line
            for line in bare
            if scope.holds(line.box) and not by_decision(Target.PLATE, line.box, kept)
        ]
        self._lines += [(shown.index, line.box, line.text) for line in wanted]
        seen = list(self._plates(shown, [x for x in wanted if is_plate_number(x.text)]))
        self.open += seen
        return seen

    def _lines_of(self, shown: Frame) -> list[Text]:
        """All lines in a picture; unchanged parts are not read again."""
        # No network takes as much memory as the reader's: it begins with all that lies free.
        trim()
        small = shrink(shown, self._scaler, shown.seconds)
        boxes = np.array([line.box for line in self._last], np.float32).reshape(-1, 4)
        areas = None
        if self._seen is not None and not shown.damaged:
            areas = self._seen.changed(small, boxes)
        if areas is None or self._seen is None:
            self._last, self._seen = self._reader.lines(shown), ScannedPicture(small)
        elif areas:
            places = [Box(*map(float, area)) for area in areas]
            kept = [x for x in self._last if not any(x.box.common(place) for place in places)]
            fresh = self._reader.lines(shown, areas)
            self._last = kept + [x for x in fresh if any(x.box.common(p) for p in places)]
            self._seen.scanned(small, areas)
        return self._last

    def repeated(self) -> list[Number]:
        """Visible texts that repeat the number of a hidden plate, only the first for each plate."""
        found: dict[tuple[str, int], Number] = {}
        for frame, box, text in self._lines:
            for number, track in self._hidden.items():
                if repeats(text, number):
                    found.setdefault((number, track), Number(frame, box, text, 1.0, track))
        plates = {(n.frame, n.box) for n in self.open if n.probability >= DOUBTFUL}
        return [n for n in found.values() if (n.frame, n.box) not in plates]

    def _note_hidden(self, frame: int, line: Text) -> None:
        """Remember the number of a hidden plate."""
        regions = [r for r in self._plan.regions_at(frame) if r.target is Target.PLATE]
        owner = max(regions, key=lambda r: r.box.common(line.box), default=None)
        if owner is not None and owner.box.common(line.box) > 0:
            self._hidden.setdefault(folded(line.text), owner.track)

    def _plates(self, shown: Frame, lines: Sequence[Text]) -> Iterator[Number]:
        """Yield the lines with the probability that they are on a plate: the belief of the search
        in a candidate that no network detected, but that was scanned closely and read."""
        if not lines:
            return
        boxes = np.array([line.box for line in lines], np.float64)
        target = np.full(len(lines), Target.PLATE, np.int8)
        width, height = shown.size
        odds = np.full(len(lines), FOUND_BY_TEXT, np.float32)
        clues = Clues.of_new(target, odds, boxes, float(width * height))
        clues.scanned_closely(np.arange(len(lines)), self._detectors.ask(shown, boxes, target))
        clues.read[:] = 1.0
        moved = np.array([self._moved(shown.index, line) for line in lines])
        chances = probability_of(clues, load_calibration().tracks)
        chances = 1 / (1 + (1 / chances - 1) * np.exp(-NUMBER_MOVES * moved))
        for line, chance in zip(lines, chances.tolist(), strict=True):
            yield Number(shown.index, line.box, line.text, chance)

    def _moved(self, frame: int, line: Text) -> bool:
        """Whether a visible number was read in another place in an earlier picture. Both ends must
        have moved, because one end of a partly read caption stays."""
        text = folded(line.text)
        known = get_close_matches(text, self._first, 1, SAME_TEXT)
        earlier, place = self._first.setdefault(known[0] if known else text, (frame, line.box))
        way = min(math.dist(place[i : i + 2], line.box[i : i + 2]) for i in (0, 2))
        return earlier < frame and way >= STANDS_STILL * line.height


def frames_to_read(plan: Plan) -> set[int]:
    """Indices of the frames to read, as many as `READ_EVERY` allows: alternately one with a likely
    doubt of the search and one with a large hidden plate, and the rest evenly spaced."""
    line, clock = plan.source.timeline, FrameClock()
    times = [clock.at(plan.seconds(frame)) for frame in range(len(line))]
    # A recording that stood still for a day has not a day of pictures.
    seconds = sum(min(b - a, READ_EVERY) for a, b in pairwise(times))
    most = max(2 if seconds >= LEAST_FOR_TWO else 1, round(seconds / READ_EVERY))
    doubts = sorted((d for d in plan.doubts if d.target is Target.PLATE), key=lambda d: -d.chance)
    largest = [frame for _, frame in sorted(_largest(plan))]
    chosen = _unlike([d.frame for d in doubts], largest, max(1, most - 1))
    even = np.linspace(0, len(line) - 1, most - len(chosen) + 2)[1:-1]
    return chosen | {round(frame) for frame in even.tolist()}


def _largest(plan: Plan) -> Iterator[tuple[float, int]]:
    """Yield for each hidden plate its greatest width (negated, for sorting) and the frame."""
    frames = len(plan.source.timeline)
    for track in plan.tracks:
        if track.target is Target.PLATE and track.action is Action.REDACT:
            seen = [k for k in track.keyframes if k.state is State.DETECTED and k.frame < frames]
            if seen:
                best = max(seen, key=lambda k: k.box.width)
                yield -best.box.width, best.frame


def _unlike(first: Iterable[int], second: Iterable[int], most: int) -> set[int]:
    """Take numbers alternately from two lists, each once, up to a limit."""
    chosen: dict[int, None] = {}
    lists = [iter(first), iter(second)]
    while lists and len(chosen) < most:
        source = lists.pop(0)
        for number in source:
            if number not in chosen:
                chosen[number] = None
                lists.append(source)
                break
    return set(chosen)
