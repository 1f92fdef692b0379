"""Mutes words that a person chooses from what is said in a video."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from ..types import UNDECIDED, Decided, Runs, folded, joined
from ..words import say
from . import edit
from .hide_texts import holds
from .muted_span import Sound
from .plan import Plan
from .spoken import SpokenLine

WORD_MARGIN: Final = 400
"""Milliseconds that are muted before and after a word: of the times that a model told, some were up
to 298 ms within a word (`python -m lab.words`)."""


def said_in(line: SpokenLine, wanted: str) -> list[tuple[int, int]]:
    """Where wanted words, or very similar ones, are said: first and last index in `line.words`.

    Case, accents and punctuation are ignored. It must begin where a word begins: who looks for Ann
    does not mean a planner.
    """
    same, similar, looked_for = list[tuple[int, int]](), list[tuple[int, int]](), folded(wanted)
    parts = [
        (folded(part), number)
        for number, (_, _, word) in enumerate(line.words)
        for part in re.findall(r"\w+", word)
    ]
    for at, (_, first) in enumerate(parts if looked_for else ()):
        said, end = "", at
        while len(said) < len(looked_for) and end < len(parts):
            said, end = said + parts[end][0], end + 1
        place, enough = (first, parts[end - 1][1]), said[: len(looked_for)]
        if enough == looked_for:
            same.append(place)
        # Of "Jon Miler", the beginning of "John Miller" is too unlike, and all of it is not.
        elif holds(enough, looked_for) or (enough != said and holds(looked_for, said)):
            similar.append(place)
    # "is John Mill" resembles "John Miller", which is said right there.
    others = {(a, b) for a, b in similar if all(b < first or last < a for first, last in same)}
    wider = {(a, b) for a, b in others for c, d in others if a <= c and d <= b and (a, b) != (c, d)}
    return sorted({*same, *others} - wider)


def words_to_mute(lines: Iterable[SpokenLine], wanted: str) -> Runs:
    """Spans in which wanted words are said, or with "" everything, with a margin: start and end in
    milliseconds after the first picture, in order, not overlapping."""
    spans = list[tuple[int, int]]()
    for line in lines:
        everything = [(0, len(line.words) - 1)]
        for first, last in said_in(line, wanted) if wanted else everything:
            said = SpokenLine(line.words[first : last + 1])
            spans.append((said.start - WORD_MARGIN, said.end + WORD_MARGIN))
    return joined(tuple(spans), ())


def mute_words(
    plan: Plan, spans: Runs, how: Sound = Sound.MUTE, decided: Decided = UNDECIDED
) -> Plan:
    """The plan with spans of words muted that it does not mute yet. A reason that redact gives,
    which goes on record, repeats none of the words."""
    why = decided if decided.reason else decided._replace(reason=say("because_of_words"))
    is_muted = muted_already(plan)
    for start, end in spans:
        if not is_muted(start, end):
            plan = edit.mute(plan, start / 1000, end / 1000, how, why)
    return plan


def muted_already(plan: Plan) -> Callable[[int, int], bool]:
    """A function that says whether one span of the plan mutes all from a start to an end, in
    milliseconds after the first picture."""
    first = plan.source.timeline.time(0)
    spans = [(1000 * (m.start - first), 1000 * (m.end - first)) for m in plan.muted_on_clock()]

    def is_muted(start: int, end: int) -> bool:
        return any(begins <= start and end <= ends for begins, ends in spans)

    return is_muted
