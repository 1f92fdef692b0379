"""Looking ahead for a run on another machine: its questions are guessed, and answered beforehand.

Which questions a search asks depends on what it saw before. A search that begins in the middle asks
the same from where searches meet (`TrackSettings.meet_every`), as far as it follows the same
things; so it begins a little before. A guess that was wrong costs time alone: the run asks what it
finds no answer to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..detection import CloseUp, Verifier
from ..files import AnswerReader
from ..media import Decode, Part, SourceInfo
from ..settings import DetectSettings
from ..types import Frame
from .board import BEAT, PATIENCE, RANGE, SEARCH, Note, Watched, answers_place, note_place
from .kept_looks import THE_END, KeptLooks, what_answers
from .questions import by_pixels
from .search import Search, looking

OVERLAP: Final = 4.0
"""Seconds before a range at which its search begins. Meaning: whoever is in the picture is then
followed as by the run that came from the start (benchmarks/cluster/README.md)."""


def help_search(info: SourceInfo, settings: DetectSettings, plan_file: Path) -> int:
    """Answer ranges of the search for a plan, those first that the run will come to first, until
    the run is gone.

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
        if note is None or note.stage != SEARCH or not helper.answer_next(note, watched):
            time.sleep(BEAT)
    return helper.answered


class _Helper:
    def __init__(self, info: SourceInfo, settings: DetectSettings, plan_file: Path) -> None:
        self._info, self._settings, self._plan_file = info, settings, plan_file
        self._detector, self._look, self._parts = looking(info, settings, None)
        self._verifier = Verifier()
        self._zero = next(iter(Decode(info))).pts
        end = float(self._zero * info.video.time_base + (info.duration or 0))
        self._last = math.floor(end / RANGE)
        self._left: set[int] = set()
        self.answered = 0

    def answer_next(self, note: Note, watched: Watched) -> bool:
        """Answer the next range that nobody works on; False where there is none."""
        for number in range(math.floor(note.at / RANGE) + 1, self._last + 1):
            if number in self._left:
                continue
            place = answers_place(self._plan_file, SEARCH, number)
            answers = AnswerReader(place).new()
            if answers and answers[-1].question == THE_END:
                self._left.add(number)
                continue
            made_by = what_answers(self._settings, self._detector, self._verifier)
            with KeptLooks(place, made_by, by_pixels) as kept:
                if not kept.keeps:
                    continue  # another helper is at work on it
                self._left.add(number)
                self.answered += self._answer(number, kept, watched)
            if not note_place(self._plan_file).exists():
                place.unlink(missing_ok=True)  # nobody will
            return True
        return False

    def _answer(self, number: int, kept: KeptLooks, watched: Watched) -> bool:
        """Search a range; False where the run came to it first, or is gone."""
        ask = kept.asking(CloseUp(self._verifier).ask)
        search = Search(self._settings, kept.looking(self._look), ask, self._parts, self._zero)
        for frame in stretch(self._info, number * RANGE - OVERLAP, (number + 1) * RANGE):
            note = watched.note()
            if note is None or note.stage != SEARCH or note.at >= float(frame.time):
                return False
            search.see(frame)
        kept.end()
        return True


def stretch(info: SourceInfo, begin: float, end: float) -> Iterator[Frame]:
    """Frames of a dividable video from one time to before another, numbered from 0; both in
    seconds as they stand in the file. Decoding begins at a key frame before them."""
    base = info.video.time_base
    first, last = (math.ceil(seconds / base) for seconds in (begin, end))
    for frame in Decode(replace(info, part=Part(first, last, first))):
        yield replace(frame, pts=frame.pts + first)
