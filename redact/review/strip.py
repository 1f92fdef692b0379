"""A film strip of a kept subject: how each picture will look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..pipeline import covering
from ..plan import Plan, Subject

MOST_PLAIN: Final = 60
"""Pictures in which nothing is wrong, at most: more are not looked at. What is wrong is shown in
every picture."""


class StripPicture(NamedTuple):
    """One picture of the strip.

    Attributes:
        frame, track: of the plan; the track tells where in the picture.
        mark: "covered": a mask of somebody else lies on the face; "unsure": the person is hidden
            there, for nobody is sure that it is them; "" nothing is wrong.
    """

    frame: int
    track: int
    mark: str


def strip_of(plan: Plan, subject: Subject, margin: float) -> list[StripPicture]:
    """Pictures of a kept subject in order of time: all in which they are not seen well, and of the
    others a few that are spread evenly.

    Args:
        plan, subject: with the decision.
        margin: that masks are drawn with.
    """
    tracks = [track for track in plan.tracks if track.id in subject.tracks]
    shown: dict[int, int] = {}
    there: dict[int, int] = {}
    for track in tracks:
        there |= dict.fromkeys(range(track.first, track.last + 1), track.id)
        for first, last in plan.shown_spans(track):
            shown |= dict.fromkeys(range(first, last + 1), track.id)
    under = covering(plan, frozenset(subject.tracks), margin)
    covered = {frame for by in under.values() for frames in by.values() for frame in frames}
    plain = set(_spread(sorted(shown.keys() - covered), MOST_PLAIN))
    found = []
    for frame in sorted(there):
        if frame in covered:
            found.append(StripPicture(frame, shown[frame], "covered"))
        elif frame not in shown:
            found.append(StripPicture(frame, there[frame], "unsure"))
        elif frame in plain:
            found.append(StripPicture(frame, shown[frame], ""))
    return found


def _spread(frames: Sequence[int], most: int) -> list[int]:
    """A limited number of them, evenly spread, with the first and the last."""
    if len(frames) <= most:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]
