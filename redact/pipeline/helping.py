"""Looking ahead for a run on another machine: its questions are guessed, and answered beforehand.

Which questions a run asks depends on what it saw before. Whoever begins in the middle asks the same
from where searches meet (`TrackSettings.meet_every`), as far as the same things are followed; so it
begins a little before. A guess that was wrong costs time alone: the run asks what it finds no
answer to.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..auditing import AuditSettings, Pair, look_through, pairs
from ..detection import load_close_up
from ..errors import RedactError
from ..files import AnswerReader
from ..media import Decode, Part, SourceInfo, probe
from ..plan import Plan, read_plan, with_held
from ..settings import Settings
from ..types import Frame
from .answers_ahead import AuditAhead, LooksAhead
from .board import (
    AUDIT,
    BEAT,
    PATIENCE,
    RANGE,
    SEARCH,
    Note,
    Watched,
    answers_place,
    dividable,
    note_place,
)
from .kept_looks import THE_END, KeptLooks, by_pixels, what_answers
from .search import Search, looking

OVERLAP: Final = 4.0
"""Seconds before a range at which it is begun. Meaning: whoever is in the picture is then followed
as by the run that came from the start (benchmarks/cluster/README.md)."""

Passed = Callable[[Frame], bool]
"""Whether nobody will ask any more about a frame and those after it in the range."""


def help_run(info: SourceInfo, settings: Settings, plan_file: Path) -> int:
    """Answer ranges of a run, those first that it will come to first, until it is gone.

    Args:
        info: of the video, which is dividable.
        settings: of the run.
        plan_file: where the run keeps its plan.

    Returns:
        Ranges that were answered to their end.
    """
    watched, helper = Watched(plan_file), _Helper(info, settings, plan_file)
    begun, seen = time.monotonic(), False
    while (note := watched.note()) is not None or not seen:
        seen = seen or note is not None
        if not seen and time.monotonic() - begun > PATIENCE:
            break
        if note is None or not note.stage or not helper.answer_next(note, watched):
            time.sleep(BEAT)
    return helper.answered


class _Helper:
    def __init__(self, info: SourceInfo, settings: Settings, plan_file: Path) -> None:
        self._info, self._plan_file = info, plan_file
        self._searches = _Searches(info, settings)
        self._audits = _Audits(info, settings, plan_file)
        begin = self._searches.zero * info.video.time_base
        self._first = math.floor(begin / RANGE)
        self._last = math.floor((begin + (info.duration or 0)) / RANGE)
        self._left: set[tuple[str, int]] = set()
        self.answered = 0

    def answer_next(self, note: Note, watched: Watched) -> bool:
        """Answer the next range that nobody works on; False where there is none."""
        for number in range(max(self._first, math.floor(note.at / RANGE) + 1), self._last + 1):
            place = answers_place(self._plan_file, note.stage, number)
            if (note.stage, number) in self._left or self._answer(number, place, note, watched):
                continue
            if not note_place(self._plan_file).exists():
                place.unlink(missing_ok=True)  # nobody will
            return True
        return False

    def _answer(self, number: int, place: Path, note: Note, watched: Watched) -> bool:
        """Answer a range; True if others did so or are about to."""
        known = AnswerReader(place).new()
        if known and known[-1].question == THE_END:
            self._left.add((note.stage, number))
            return True
        asking = self._searches if note.stage == SEARCH else self._audits
        try:
            with asking.kept(place, note) as kept:
                if not kept.keeps:
                    return True
                self._left.add((note.stage, number))
                if asking.answer(number, kept, _passed(watched, note.stage)):
                    kept.end()
                    self.answered += 1
        except (RedactError, OSError, ValueError):
            self._left.add((note.stage, number))  # the run will meet it, and say so
        return False


def _passed(watched: Watched, stage: str) -> Passed:
    def passed(frame: Frame) -> bool:
        note = watched.note()
        return note is None or note.stage != stage or note.at >= frame.seconds

    return passed


class _Searches:
    """Asks what a search asks."""

    def __init__(self, info: SourceInfo, settings: Settings) -> None:
        self._info, self._settings = info, settings.detect
        self.zero = next(iter(Decode(info))).pts

        self._detector, self._look, self._parts = looking(info, settings.detect, None)
        self._close_up = load_close_up(self._detector)

    def kept(self, place: Path, note: Note) -> KeptLooks:
        made_by = what_answers(self._settings, self._detector)
        return KeptLooks(place, made_by, by_pixels)

    def answer(self, number: int, kept: KeptLooks, passed: Passed) -> bool:
        """Search a range; False where nobody needs the rest of it."""
        ask = kept.asking(self._close_up.ask)
        search = Search(self._settings, kept.looking(self._look), ask, self._parts, self.zero)
        for frame in stretch(self._info, number):
            if passed(frame):
                return False
            search.see(frame)
        return True


class _Audits:
    """Asks what an audit asks."""

    def __init__(self, info: SourceInfo, settings: Settings, plan_file: Path) -> None:
        self._info, self._plan_file = info, plan_file
        self._margin = settings.draw.render.margin
        self._finished = info
        self._plan: Plan | None = None
        self._detectors: AuditAhead | None = None

    def kept(self, place: Path, note: Note) -> KeptLooks:
        """Raises RedactError, OSError or ValueError where there is nothing to audit."""
        if self._plan is None or self._detectors is None:
            self._finished = probe(note.finished())
            if not dividable(self._finished):
                raise ValueError("cannot be read in ranges")
            self._plan = with_held(read_plan(self._plan_file), note.held)
            self._detectors = AuditAhead(
                self._settings(self._plan).targets,
                float(self._info.video.upright_sample_aspect),
                self._settings(self._plan).limits,
                self._plan.settings.centerface,
                lambda made_by: LooksAhead(None, AUDIT, made_by),
            )
        return KeptLooks(place, self._detectors.made_by, by_pixels)

    def _settings(self, plan: Plan) -> AuditSettings:
        return AuditSettings.of_plan(plan, self._margin)

    def answer(self, number: int, kept: KeptLooks, passed: Passed) -> bool:
        """Audit a range; False where nobody needs the rest of it."""
        plan, detectors = self._plan, self._detectors
        assert plan is not None and detectors is not None
        detectors.through = kept
        left = False

        def needed() -> Iterator[Pair]:
            nonlocal left
            for pair in self._pairs(number, plan.source.timeline.pts):
                left = pair.source is not None and passed(pair.source)
                if left:
                    return
                yield pair

        look_through(needed(), plan, self._settings(plan), detectors)
        return not left

    def _pairs(self, number: int, pts: Sequence[int]) -> Iterator[Pair]:
        """Pairs of a range, each with its number in the whole video."""
        first: int | None = None
        for pair in pairs(stretch(self._info, number), stretch(self._finished, number)):
            if first is None and pair.source is not None:
                first = bisect_left(pts, pair.source.pts)
            yield replace(pair, index=pair.index + (first or 0))


def stretch(info: SourceInfo, number: int) -> Iterator[Frame]:
    """Frames of a range of a dividable video, and those of some seconds before it, numbered from 0.
    Decoding begins at a key frame before them."""
    base = info.video.time_base
    begin, end = number * RANGE - OVERLAP, (number + 1) * RANGE
    first, last = (math.ceil(seconds / base) for seconds in (begin, end))
    for frame in Decode(replace(info, part=Part(first, last, first))):
        yield replace(frame, pts=frame.pts + first)
