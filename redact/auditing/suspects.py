"""Turns detections outside the masks into suspects, each with a probability and a reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from typing import Final

from ..plan import HIDDEN_SHARE, Plan
from ..types import (
    DOUBTFUL,
    Action,
    Box,
    State,
    Target,
    Track,
)
from .what_is_hidden import Covers, by_decision

Stretch = tuple[tuple[int, Box], ...]
"""(frame, box in upright source pixels), in ascending order."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place that probably shows a person or plate.

    Attributes:
        target: that it shows.
        path: its places.
        probability: that it shows the target.
        rule: why it is suspected, see `Finding`.
        track: id of the track that a person called a false alarm, or cut off; None: none.
    """

    target: Target
    path: Stretch
    probability: float
    rule: str
    track: int | None


SEEN_SECONDS: Final = 0.4
"""Seconds around a detection for which somebody counts as visible, if no mask is there: as many as
lie between two scans of a suspect."""

_REMEMBERED: Final = 1024
"""Frames whose regions are cached, half a minute: longer than most people are in view. It decides
nothing but time and memory; for a whole film it would take gigabytes."""


class Circumstances:
    """The context in which suspects are judged.

    Args:
        plan: of the clip.
        covers: says what is visible by decision.
        times: frame → seconds.

    Attributes:
        tracks: of the plan.
        hidden, kept: functions of a frame that return the regions that the plan hides, and those
            that are visible by decision; cached.
    """

    def __init__(self, plan: Plan, covers: Covers, times: Mapping[int, float]) -> None:
        self.covers, self.times = covers, times
        self.tracks = plan.tracks
        cached = lru_cache(_REMEMBERED)
        self.hidden = cached(plan.regions_at)
        self.kept = cached(covers.kept)


def believed(tracks: Iterable[Track], around: Circumstances) -> list[Suspect]:
    """Select the suspects.

    Args:
        tracks: detections outside the masks, joined over time.
        around: their context.
    """
    found = []
    for track in tracks:
        certainty = track.certainty or 0.0
        for path in stretches(track, around):
            if certainty >= DOUBTFUL:
                suspect = Suspect(track.target, path, certainty, "probable", None)
                found.append(_called_none(suspect, around))
    return found


def _called_none(suspect: Suspect, around: Circumstances) -> Suspect:
    """The suspect with another rule if a person called it a false alarm or cut it off."""
    actions = {track.id: track.action for track in around.tracks}
    for frame, box in suspect.path:
        for region in around.kept(frame):
            if region.track in around.covers.alarms([region]) and by_decision(
                suspect.target, box, [region]
            ):
                cut = actions[region.track] is Action.CUT_OFF
                rule = "sure_cut_off" if cut else "sure_alarm"
                return replace(suspect, rule=rule, track=region.track)
    return suspect


def stretches(seen: Track, around: Circumstances) -> list[Stretch]:
    """Split a track of detections into spans in which it is really visible: near a frame in which
    it was detected, outside masks, and not visible by decision."""
    found: list[list[tuple[int, Box]]] = [[]]
    sure: list[bool] = [False]
    detected = [
        around.times[f]
        for f in range(seen.first, seen.last + 1)
        if (k := seen.at(f)) is not None and k.state is State.DETECTED
    ]
    for frame in range(seen.first, seen.last + 1):
        here = seen.at(frame)
        assert here is not None
        visible = here.state is State.DETECTED or (
            _nearest(around.times[frame], detected) <= SEEN_SECONDS
            and not _hidden(seen.target, frame, here.box, around)
        )
        if visible:
            found[-1].append((frame, here.box))
            sure[-1] |= here.state is State.DETECTED
        elif found[-1]:
            found.append([])
            sure.append(False)
    return [tuple(path) for path, good in zip(found, sure, strict=True) if good]


def _nearest(time: float, times: list[float]) -> float:
    """Seconds to the nearest of some ascending times; infinite if there are none."""
    at = bisect_left(times, time)
    return min((abs(t - time) for t in times[max(0, at - 1) : at + 1]), default=inf)


def _hidden(target: Target, frame: int, box: Box, around: Circumstances) -> bool:
    if by_decision(target, box, around.kept(frame)):
        return True
    least = HIDDEN_SHARE * box.area
    return box.area > 0 and any(r.common(box) >= least for r in around.hidden(frame))
