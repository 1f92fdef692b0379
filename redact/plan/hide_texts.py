"""Hides texts that a person chooses from those that were read in a video."""

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

SAME_TEXT: Final = 1 - 1 / TELLING_LETTERS
"""Share of letters and digits that two readings must have in common (`difflib`) to be of one text:
the reader misreads one letter in five of small print."""


def reads(text: FoundText, wanted: str) -> bool:
    """Whether any reading of a text contains the wanted letters and digits, or something very
    similar; case, accents and punctuation are ignored."""
    looked_for = folded(wanted)
    return bool(looked_for) and any(holds(folded(line), looked_for) for line in text.readings)


def holds(line: str, wanted: str) -> bool:
    """Whether a `folded` line contains the wanted letters and digits, or something very similar."""
    if wanted in line:
        return True
    size = len(wanted)
    if size < TELLING_LETTERS:
        return False
    match = SequenceMatcher(None, "", wanted, autojunk=False)
    for start in range(max(1, len(line) - size + 1)):
        match.set_seq1(line[start : start + size])
        if match.real_quick_ratio() >= SAME_TEXT and match.ratio() >= SAME_TEXT:
            return True
    return False


def tracks_of_texts(plan: Plan) -> Callable[[FoundText], Track | None]:
    """A function that returns the track of a text, whether it is hidden or was decided otherwise;
    None if the text has none."""
    tracks: dict[tuple[Target, int, Box, int], Track] = {
        (track.target, track.first, track.keyframes[0].box, track.last): track
        for track in plan.tracks
        if track.target in TEXT_TARGETS
    }

    def track_of(text: FoundText) -> Track | None:
        return tracks.get((text.target, *text.places[0], text.last))

    return track_of


def hide_texts(plan: Plan, texts: Iterable[FoundText], decided: Decided) -> tuple[Plan, list[int]]:
    """Hide texts; returns the plan and the numbers of their tracks.

    A text that has a track keeps it, and is decided to be hidden.

    Raises:
        PlanError: a text lies entirely outside the picture.
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
