"""Words a finding as one self-explanatory sentence, for the terminal and the page."""

from __future__ import annotations

from typing import Final

from ..types import Box, FindingKind, Target, clock
from ..words import Words

_ACROSS: Final = ("left", "centre", "right")
_DOWN: Final = ("upper", "middle", "lower")
"""Rows and columns of thirds; each place is a term of the table `where`."""


def finding_sentence(
    words: Words,
    kind: FindingKind,
    target: Target,
    seconds: tuple[float, float] | None,
    box: Box,
    size: tuple[int, int],
    track: int | None = None,
) -> str:
    """A sentence that says what is wrong, when, and where in the picture.

    Args:
        words: of the language.
        kind, target, track: see `Finding`.
        seconds: start and end, counted from the first picture as players do; None for a
            photograph.
        box: in upright source pixels.
        size: width and height of the upright picture.
    """
    parts = [_what(words, kind, target, track), *([_when(words, *seconds)] if seconds else [])]
    return f"{' '.join(parts)}, {_where(words, box, size)}."


def _what(words: Words, kind: FindingKind, target: Target, track: int | None) -> str:
    if kind is FindingKind.REPEATED:
        return words.message("number_repeated", {})
    if kind is FindingKind.UNCOVERED:
        seen = words.word("target_detected", target.word)
        return words.message("may_be_visible", {"thing": f"{seen[0].upper()}{seen[1:]}"})
    of_mask, of_track = (
        ("mask_undrawn", "mask_of_track_undrawn")
        if kind is FindingKind.UNDRAWN
        else ("mask_misfits", "mask_of_track_misfits")
    )
    thing = words.word("target_in_sentence", target.word)
    code = of_mask if track is None else of_track
    return words.message(code, {"thing": thing, "track": track})


def _when(words: Words, first: float, last: float) -> str:
    a, b = (clock(max(0, int(seconds)), 0) for seconds in (first, last))
    if a == b:
        return words.message("at_time", {"at": a})
    return words.message("from_to", {"start": a, "end": b})


def _where(words: Words, box: Box, size: tuple[int, int]) -> str:
    thirds = (int(3 * at / side) for at, side in zip(box.centre, size, strict=True))
    across, down = (min(2, max(0, third)) for third in thirds)
    return words.word("where", f"{_DOWN[down]}_{_ACROSS[across]}")
