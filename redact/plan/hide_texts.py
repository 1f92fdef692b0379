"""Texts that were read in a video: a list from which a person chooses what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from ..types import (
    TELLING_LETTERS,
    TEXT_TARGETS,
    Box,
    Decided,
    Keyframe,
    State,
    Target,
    Track,
    folded,
)
from . import decisions, edit
from .found_text import FoundText
from .plan import Plan
from .subject import Decision

LEAST_SHARED_LETTERS: Final = 0.8
"""Share of letters and digits that a text must have in common with what is looked for, where that
is long enough (`TELLING_LETTERS`): a reader errs in one of five letters of small print."""


def reads(text: FoundText, wanted: str) -> bool:
    """Whether any reading of a text holds the wanted letters and digits, or something very similar;
    case, accents and punctuation do not matter."""
    looked_for = folded(wanted)
    return bool(looked_for) and any(_holds(folded(line), looked_for) for line in text.readings)


def _holds(line: str, wanted: str) -> bool:
    if wanted in line:
        return True
    size = len(wanted)
    if size < TELLING_LETTERS:
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


def tracks_of_texts(plan: Plan) -> Callable[[FoundText], Track | None]:
    """A function that gives the track that hides a text, or hid it before a person decided
    otherwise; None where there is none."""
    tracks: dict[tuple[Target, int, Box, int], Track] = {
        (track.target, track.first, track.keyframes[0].box, track.last): track
        for track in plan.tracks
        if track.target in TEXT_TARGETS
    }

    def track_of(text: FoundText) -> Track | None:
        return tracks.get((text.target, *text.places[0], text.last))

    return track_of


def hide_texts(plan: Plan, texts: Iterable[FoundText], decided: Decided) -> tuple[Plan, list[int]]:
    """The plan with a mask on each text, and the numbers of the tracks.

    What has a track already keeps it, and is hidden again if it was not to be.

    Raises:
        PlanError: no place of a text lies in the picture.
    """
    numbers: list[int] = []
    track_of = tracks_of_texts(plan)
    for text in texts:
        track = track_of(text)
        if track is None:
            plan, number = edit.add_followed(plan, text.target, _keys(text.places), decided)
        else:
            number = track.id
            plan = decisions.decide(plan, [number], Decision.HIDE, decided)
        numbers.append(number)
    return plan, numbers


def _keys(places: Sequence[tuple[int, Box]]) -> list[Keyframe]:
    return [Keyframe(frame, box, State.FOLLOWED) for frame, box in places]
