"""Says when people, vehicles, movement and speech are in a video, and which excerpts to look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from ..media import MOST_KEY_SECONDS, SourceInfo, glances
from ..progress import About, Stages
from ..speech import speech_in
from ..types import clock, joined_spans
from .look import Eyes, Look

PAUSE: Final = 5.0
"""Seconds after which something that returns begins a span of its own: nobody wants two excerpts so
close to each other."""

MOST_CELLS: Final = 60
"""Pictures that are kept for the strip, at most."""


class Kind(StrEnum):
    """What may be found in a span of time."""

    PEOPLE = "people"
    VEHICLES = "vehicles"
    MOVEMENT = "movement"
    SPEECH = "speech"
    DAMAGE = "damage"


class Span(NamedTuple):
    """Start and end in seconds after the first picture.

    What was seen in a picture may have come just after the one before it and gone just before the
    next: so a span goes from the one to the other.
    """

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of the video that is worth a closer look.

    Attributes:
        start, end: in seconds after the first picture, to a tenth, rounded outwards.
        people, vehicles: most that were seen at once.
        speech, movement: seconds of them.
    """

    start: float
    end: float
    people: int = 0
    vehicles: int = 0
    speech: float = 0.0
    movement: float = 0.0

    @property
    def option(self) -> str:
        """The option of `redact run` and `redact review` that makes it."""
        return f"--cut {clock(self.start, 1)} {clock(self.end, 1)}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the strip: from when it goes on, and the picture in it that shows most."""

    start: float
    best: Look


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Attributes:
        path: of the video.
        seconds: its length.
        pictures: number of pictures that were looked at.
        heard: it has sound, which was listened to.
        spans: of each kind, in order, not overlapping.
        cuts: seconds at which another scene begins, as far as two pictures before and after show.
        excerpts: in order of time: with people, moving vehicles or speech, and what moves beside
            them.
        cells: at most `MOST_CELLS` of equal length.
    """

    path: Path
    seconds: float
    pictures: int
    heard: bool
    spans: dict[Kind, tuple[Span, ...]]
    cuts: tuple[float, ...]
    excerpts: tuple[Excerpt, ...]
    cells: tuple[Cell, ...]


def survey(
    info: SourceInfo, progress: Stages, so_far: Callable[[Survey], None] = lambda found: None
) -> Survey:
    """Look at a picture about every second or two, and listen to all sound.

    Args:
        info: of a whole video.
        progress: receives the stages "survey" and "listen", in seconds.
        so_far: called about once a second with what was found until then.

    Raises:
        UsageError: the source is a photograph.
        InputError: it cannot be read, or has no picture that can be decoded.
        ModelError, DependencyError: a network cannot be loaded.
        UnsafeError: a network fails.
    """
    known = float(info.duration or 0)
    total = About(math.ceil(known)) if known else None
    eyes, looks, cells = Eyes(float(info.video.upright_sample_aspect)), list[Look](), _Cells()

    def found(speech: Sequence[Span] = (), seconds: float | None = None) -> Survey:
        """What was seen, in a video of so many seconds; None: it was not seen to its end."""
        end = looks[-1].time if seconds is None else seconds
        spans = {
            Kind.PEOPLE: _spans(looks, end, lambda look: look.people > 0),
            Kind.VEHICLES: _spans(looks, end, lambda look: look.vehicles > 0),
            Kind.MOVEMENT: _spans(looks, end, lambda look: look.moved),
            Kind.SPEECH: tuple(speech),
            Kind.DAMAGE: _spans(looks, end, lambda look: look.damaged),
        }
        return Survey(
            info.path,
            max(known, end),
            sum(look.thumbnail is not None for look in looks),
            bool(info.audio),
            spans,
            tuple(eyes.cuts),
            tuple(_excerpts(spans, looks)),
            tuple(cells.cells),
        )

    zero: float | None = None
    told = -math.inf
    with progress.stage("survey", total, "seconds") as stage:
        at = _Whole(stage.advance)
        for glance in glances(info):
            look = eyes.look(glance)
            cells.add(look)
            looks.append(look)
            at.reach(look.time)
            if zero is None and glance.frame is not None:
                zero = float(glance.frame.time) - look.time
            if monotonic() - told > 1:
                so_far(found())
                told = monotonic()
    # A later picture than this would have been looked at.
    seconds = max(known, looks[-1].time) if known else looks[-1].time + MOST_KEY_SECONDS
    so_far(found(seconds=seconds))
    speech: list[Span] = []
    if info.audio:
        lasts = None if total is None else About(total * len(info.audio))
        with progress.stage("listen", lasts, "seconds") as stage:
            spoken = speech_in(info, listened=_Whole(stage.advance).add)
        moved = (Span(float(a) - (zero or 0.0), float(b) - (zero or 0.0)) for a, b in spoken)
        within = (Span(max(0.0, a), min(seconds, b)) for a, b in moved)
        speech = [span for span in within if span.start < span.end]
    return found(speech, seconds)


def _spans(
    looks: Sequence[Look], seconds: float, there: Callable[[Look], bool]
) -> tuple[Span, ...]:
    """From the picture before to the picture after those in which something is there."""
    times = [0.0, *(look.time for look in looks), seconds]
    found = (Span(times[n], times[n + 2]) for n, look in enumerate(looks) if there(look))
    return tuple(Span(*both) for both in joined_spans(found))


def _excerpts(spans: dict[Kind, tuple[Span, ...]], looks: Sequence[Look]) -> list[Excerpt]:
    wanted = (*spans[Kind.PEOPLE], *spans[Kind.VEHICLES], *spans[Kind.SPEECH])
    main = joined_spans(wanted, PAUSE)
    moving = joined_spans(spans[Kind.MOVEMENT], PAUSE)
    found = []
    for start, end in sorted([*main, *(part for span in moving for part in _beside(span, main))]):
        whole = Span(start, end)
        inside = [look for look in looks if start <= look.time <= end]
        found.append(
            Excerpt(
                math.floor(start * 10) / 10,
                math.ceil(end * 10) / 10,
                max((look.people for look in inside), default=0),
                max((look.vehicles for look in inside), default=0),
                _seconds(spans[Kind.SPEECH], whole),
                _seconds(spans[Kind.MOVEMENT], whole),
            )
        )
    return found


def _seconds(spans: Iterable[Span], whole: Span) -> float:
    """How much of spans lies in another."""
    return sum(max(0.0, min(whole.end, end) - max(whole.start, start)) for start, end in spans)


def _beside(
    span: tuple[float, float], others: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """What is left of a span beside others where it lasts `PAUSE`: people and vehicles move before
    and after they are seen."""
    left, (start, end) = list[tuple[float, float]](), span
    for a, b in others:
        if b > start and a < end:
            left.append((start, a))
            start = b
    left.append((start, end))
    return [(a, b) for a, b in left if b - a >= PAUSE]


class _Cells:
    """The strip, for a video of any length: when it is full, every two cells become one."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self._seconds = 1.0

    def add(self, look: Look) -> None:
        start = look.time // self._seconds * self._seconds
        if self.cells and self.cells[-1].start == start:
            self.cells[-1] = Cell(
                start, max(self.cells[-1].best, look, key=lambda one: one.fullness)
            )
            return
        self.cells.append(Cell(start, look))
        while len(self.cells) > MOST_CELLS:
            self._seconds *= 2
            old, self.cells = self.cells, []
            for cell in old:
                self.add(cell.best)


class _Whole:
    """Advances a stage by whole seconds."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance, self._time, self._told = advance, 0.0, 0

    def add(self, seconds: float) -> None:
        self.reach(self._time + seconds)

    def reach(self, time: float) -> None:
        self._time = time
        if int(time) > self._told:
            self._advance(int(time) - self._told)
            self._told = int(time)
