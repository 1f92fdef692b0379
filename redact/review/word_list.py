"""*Words* on the page: what is said is transcribed in the background when a person asks for it, who
chooses from the list what to mute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..media import SourceInfo
from ..plan import Plan, SpokenLine, mute_words, muted_already, said_in, words_to_mute
from ..speech import has_whisper, known_model, spoken_lines
from ..types import Decided
from .jobs import Background, Job
from .open_plan import OpenPlan
from .refused_error import RefusedError

MOST_LISTED_LINES: Final = 200
"""Lines that the page shows at once; a search finds the others."""


class Spoken(Background):
    """What is said in an open video.

    Args:
        info, open_plan: of the video.
        busy: whether another job is running, for which transcribing pauses.
    """

    def __init__(self, info: SourceInfo, open_plan: OpenPlan, busy: Callable[[], bool]) -> None:
        super().__init__("transcribe", busy)
        self._info, self._open = info, open_plan

    def begin(self, given: str) -> None:
        """Start transcribing with a model or a transcript, unless it has begun; "" for the model
        that is known. Raises RefusedError if there is none."""
        model = Path(given.strip()).expanduser() if given.strip() else known_model()
        if model is None:
            raise RefusedError("no_whisper_model")

        def work(job: Job) -> int:
            first = self._open.plan.source.timeline.time(0)
            lines = spoken_lines(self._info, first, model, job)
            self._open.take(lambda plan: replace(plan, spoken=lines))
            return len(lines)

        self.start(work)

    def rows(self, wanted: str) -> dict[str, Any]:
        """The lines in which some words are said ("" for all), as the page lists them: each word
        with whether it is one of those, and muted."""
        plan = self._open.plan
        is_muted = muted_already(plan)
        found = [
            (number, line, places)
            for number, line in enumerate(plan.spoken or (), 1)
            if (places := said_in(line, wanted)) or not wanted
        ]
        model = known_model()
        return {
            "known": plan.spoken is not None,
            "transcribing": self.state(),
            "extra": has_whisper(),
            "model": "" if model is None else str(model),
            "all": len(plan.spoken or ()),
            "found": len(found),
            "places": sum(len(places) for _, _, places in found),
            "rows": [
                {
                    "id": number,
                    "from": line.start / 1000,
                    "to": line.end / 1000,
                    "at": [(line.words[a][0] / 1000, line.words[b][1] / 1000) for a, b in places],
                    "words": [
                        (word, any(a <= n <= b for a, b in places), is_muted(start, end))
                        for n, (start, end, word) in enumerate(line.words)
                    ],
                    "muted": all(is_muted(*span) for span in words_to_mute([line], wanted)),
                }
                for number, line, places in found[:MOST_LISTED_LINES]
            ],
        }


def muted_words(plan: Plan, wanted: str, number: int | None, decided: Decided) -> Plan:
    """The plan with wanted words muted wherever they are said, or in the line with a number; "" for
    all of that line.

    Raises:
        ValueError: there is no such line, or nothing is wanted.
    """
    lines: tuple[SpokenLine, ...] = plan.spoken or ()
    if number is not None:
        lines = lines[number - 1 : number]
    if not lines or (number is None and not wanted.strip()):
        raise ValueError("nothing is said there")
    return mute_words(plan, words_to_mute(lines, wanted), decided=decided)
