"""Which tracks of a plan a user wants to see."""

from __future__ import annotations

from typing import Final

from ...plan import Plan, typed
from ...types import Origin, Track

UNSURE: Final = 0.5
"""A track that is less surely what it seems is called unsure; it is hidden all the same."""


def chosen_tracks(
    plan: Plan, moment: str | None = None, target: str | None = None, unsure: bool = False
) -> list[Track]:
    """Tracks in order of their numbers, all that is asked for at once.

    Args:
        plan: with the tracks.
        moment: a time or a frame at which they are there; None: any.
        target: word of what they are; None: anything.
        unsure: only those found by a detector whose certainty, or, in older plans, whose best
            score is below `UNSURE`.

    Raises:
        UsageError: the moment is no time of this clip.
    """
    frame = None if moment is None else typed.parse_time(moment, plan)
    return [
        track
        for track in plan.tracks
        if (frame is None or track.first <= frame <= track.last)
        and (target is None or track.target.word == target)
        and (not unsure or _unsure(track))
    ]


def _unsure(track: Track) -> bool:
    sure = track.score if track.certainty is None else track.certainty
    return track.origin is Origin.AUTO and (sure or 0.0) < UNSURE
