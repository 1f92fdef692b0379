"""Close-up pictures of tracks that a person compares side by side, before somebody is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from ..plan import Plan
from ..types import Origin, Track, frames_in
from .refused_error import RefusedError

MOST_SURE: Final = 6
"""Pictures that the others are compared with."""

MOST_CLOSE: Final = 300
"""Close-up pictures in one question, at most; more do not fit on a screen."""

Picture = tuple[int, int]
"""Track and frame."""


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


def ask_to_confirm(plan: Plan, tracks: Sequence[Track]) -> NoReturn:
    """Ask about the unsure pictures of a kept subject, beside some that certainly show it.

    Args:
        plan, tracks: see `unsure_pictures`.

    Raises:
        RefusedError: always, with these pictures.
    """
    unsure = [(track, frame) for frame, track in unsure_pictures(plan, tracks).items()]
    surest = max(tracks, key=lambda track: track.certainty or 0.0)
    spans = sorted((*span, track.id) for track in tracks for span in plan.shown_spans(track))
    spread = (spans[i * len(spans) // (MOST_SURE - 1)] for i in range(MOST_SURE - 1) if spans)
    middles = ((track, (begin + end) // 2) for begin, end, track in spread)
    surely = list(dict.fromkeys([(surest.id, surest.best.frame), *middles]))
    raise RefusedError("confirm", unsure[:MOST_CLOSE], surely, n=len(unsure))
