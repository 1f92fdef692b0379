"""Texts that were read in a video: a list from which a person chooses what is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from ..types import Box, Decided, Keyframe, State, Track, folded
from . import decisions, edit
from .found_text import FoundText
from .plan import Plan
from .subject import Decision

LEAST_SHARED_LETTERS: Final = 0.8
"""Share of letters and digits that a text must have in common with what is looked for, where that
is long enough (`LEAST_FUZZY_LETTERS`): a reader errs in one of five letters of small print."""

LEAST_FUZZY_LETTERS: Final = 5
"""Letters and digits from which something is found that is only alike."""


def reads(text: FoundText, wanted: str) -> bool:
    """Whether a text holds what is looked for, whatever its case, accents and signs, in any of its
    readings, or something very much like it."""
    looked_for = folded(wanted)
    return bool(looked_for) and any(_holds(folded(line), looked_for) for line in text.readings)


def _holds(line: str, wanted: str) -> bool:
    if wanted in line:
        return True
    size = len(wanted)
    if size < LEAST_FUZZY_LETTERS:
        return False
    match = SequenceMatcher(None, "", wanted, autojunk=False)
    for start in range(max(1, len(line) - size + 1)):
        match.set_seq1(line[start : start + size])
        if (
            match.real_quick_ratio() >= LEAST_SHARED_LETTERS
            and match.ratio() >= LEAST_SHARED_LETTERS
        ):
            return True
    return False


def hidden_by(plan: Plan, text: FoundText) -> Track | None:
    """The track that hides a text by `hide_texts`; None where there is none."""
    start = text.places[0]
    return next(
        (
            track
            for track in plan.tracks
            if track.target is text.target
            and (track.first, track.keyframes[0].box) == start
            and track.last == text.last
        ),
        None,
    )


def hide_texts(plan: Plan, texts: Iterable[FoundText], decided: Decided) -> tuple[Plan, list[int]]:
    """The plan with a mask on each text, and the numbers of the tracks.

    What has a track already keeps it, and is hidden again if it was not to be.

    Raises:
        PlanError: a place lies wholly outside the picture.
    """
    numbers: list[int] = []
    for text in texts:
        track = hidden_by(plan, text)
        if track is None:
            plan, number = edit.add_followed(plan, text.target, _keys(text.places), decided)
        else:
            number = track.id
            plan = decisions.decide(plan, [number], Decision.HIDE, decided)
        numbers.append(number)
    return plan, numbers


def _keys(places: Sequence[tuple[int, Box]]) -> list[Keyframe]:
    return [Keyframe(frame, box, State.FOLLOWED) for frame, box in places]
