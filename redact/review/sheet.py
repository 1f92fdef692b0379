"""Close-up pictures of tracks that a person compares side by side, before somebody is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ..plan import Plan
from ..types import Origin, Track, frames_in

MOST_SURE: Final = 6
"""Pictures that the others are compared with."""

Picture = tuple[int, int]
"""Track and frame."""


class Sheet(NamedTuple):
    """Pictures of one sheet.

    Attributes:
        surely: pictures that certainly show the subject, to compare with.
        pictures: to be looked at, in order of time.
    """

    surely: Sequence[Picture]
    pictures: Sequence[Picture]


def unsure_pictures(plan: Plan, tracks: Iterable[Track]) -> dict[int, int]:
    """Frames in which a kept subject stays hidden until somebody confirms that it is there, in
    order of time, each with the track to confirm: of two parts in one frame, the one that a person
    drew, because its place is known.

    Args:
        plan: with the decision.
        tracks: all of the subject.
    """
    parts = sorted(tracks, key=lambda t: (t.origin is not Origin.MANUAL, t.id))
    shown = {frame for track in parts for frame in frames_in(plan.shown_spans(track))}
    asked: dict[int, int] = {}
    for track in parts:
        for frame in frames_in(plan.to_confirm(track)):
            if frame not in shown:
                asked.setdefault(frame, track.id)
    return dict(sorted(asked.items()))


def sheet_to_confirm(
    plan: Plan, tracks: Sequence[Track], best: Picture, first: int, most: int
) -> Sheet:
    """Unsure pictures of a kept subject.

    Args:
        plan, tracks: see `unsure_pictures`.
        best: the picture in which the subject is seen best.
        first: how many unsure pictures to skip.
        most: how many to return.
    """
    asked = [(track, frame) for frame, track in unsure_pictures(plan, tracks).items()]
    spans = sorted((*span, track.id) for track in tracks for span in plan.shown_spans(track))
    spread = (spans[i * len(spans) // (MOST_SURE - 1)] for i in range(MOST_SURE - 1) if spans)
    middles = ((track, (begin + end) // 2) for begin, end, track in spread)
    return Sheet(tuple(dict.fromkeys([best, *middles])), asked[first : first + most])
