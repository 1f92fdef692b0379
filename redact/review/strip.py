"""A film strip of a kept subject: how each picture will look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..pipeline import covering
from ..plan import Plan, Subject
from ..types import frames_in

MOST_PLAIN: Final = 240
"""Pictures without a problem, at most: every one of ten seconds, and of a longer time as many as
somebody looks at. Pictures with a problem are all shown."""


class StripPicture(NamedTuple):
    """One picture of the strip.

    Attributes:
        frame, track: of the plan; the track says where in the picture.
        mark: "covered": somebody else's mask lies on the face; "unsure": the person is hidden
            there, because it is not certain that it is them; "": no problem.
    """

    frame: int
    track: int
    mark: str


def strip_of(plan: Plan, subject: Subject, margin: float) -> list[StripPicture]:
    """Pictures of a kept subject in order of time: all with a problem, and of the others a few,
    spread evenly, with the best of each track. If somebody else was joined to the subject by
    mistake, however shortly, a picture shows it.

    Args:
        plan, subject: with the decision.
        margin: around every mask.
    """
    tracks = [track for track in plan.tracks if track.id in subject.tracks]
    shown: dict[int, int] = {}
    there: dict[int, int] = {}
    for track in tracks:
        there |= dict.fromkeys(range(track.first, track.last + 1), track.id)
        shown |= dict.fromkeys(frames_in(plan.shown_spans(track)), track.id)
    under = covering(plan, frozenset(subject.tracks), margin)
    covered = {frame for by in under.values() for frames in by.values() for frame in frames}
    plain = set(_spread(sorted(shown.keys() - covered), MOST_PLAIN))
    plain |= {track.best.frame for track in tracks}
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
    """At most that many of the frames, evenly spread, with the first and the last."""
    if len(frames) <= most:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]
