"""Turns detections outside the masks into suspects, each with a probability and a reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import hypot, inf
from typing import Final

from ..plan import COVERED, Plan
from ..types import (
    DOUBTFUL,
    LOOSELY_SAME_IOU,
    WALKING_PACE,
    Action,
    Box,
    State,
    Target,
    Track,
    log_odds,
    probability,
)
from .limits import RESCAN_EVERY
from .what_is_hidden import Covers, by_decision

Stretch = tuple[tuple[int, Box], ...]
"""(frame, box in upright source pixels), in ascending order."""


BESIDE_ODDS: Final = 1.0
"""Log odds that a place gains beside a hidden track of its kind, because the hidden subject was
there a moment before or after. With 3.0, all 34 planted leaks are found instead of 33 (`lab.audit
--half dev`), but a hand and a hedge in a real clip become findings."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place that probably shows a person or plate.

    Attributes:
        target: that it shows.
        path: its places.
        probability: that it shows the target.
        rule: why it is suspected, see `Finding`.
        track: id of the hidden track beside it; None if there is none.
    """

    target: Target
    path: Stretch
    probability: float
    rule: str
    track: int | None


_REMEMBERED: Final = 1024
"""Frames whose regions are cached, half a minute: longer than most people are in view. It decides
nothing but time and memory; for a whole film it would take gigabytes."""


class Circumstances:
    """The context in which suspects are judged.

    Args:
        plan: of the clip; None if unknown.
        covers: says what is visible by decision.
        times: frame → seconds.

    Attributes:
        tracks: of the plan.
        hidden, kept: functions of a frame that return the regions that the plan hides, and those
            that are visible by decision; cached.
    """

    def __init__(self, plan: Plan | None, covers: Covers, times: Mapping[int, float]) -> None:
        self.covers, self.times = covers, times
        self.tracks: Sequence[Track] = () if plan is None else plan.tracks
        cached = lru_cache(_REMEMBERED)
        self.hidden = cached(lambda frame: [] if plan is None else plan.regions_at(frame))
        self.kept = cached(covers.kept)


def believed(tracks: Iterable[Track], around: Circumstances) -> list[Suspect]:
    """Select the suspects.

    Args:
        tracks: detections outside the masks, joined over time.
        around: their context.
    """
    found = []
    for track in tracks:
        for path in stretches(track, around):
            suspect = judged(track.certainty or 0.0, track.target, path, around)
            suspect = _called_none(suspect, around)
            if suspect.probability >= DOUBTFUL:
                found.append(suspect)
    return found


def judged(seen: float, target: Target, path: Stretch, around: Circumstances) -> Suspect:
    """Judge something that was seen outside the masks.

    Args:
        seen: probability that it is a `target`, judged by its detections alone.
        target: that it seems to be.
        path: its places.
        around: its context.
    """
    odds, rule = float(log_odds(seen)), "probable"
    neighbour = beside(target, path, around)
    if neighbour is not None:
        rule = "beside_hidden"
        odds += BESIDE_ODDS
    track = neighbour.id if neighbour is not None else None
    return Suspect(target, path, float(probability(odds)), rule, track)


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
            _nearest(around.times[frame], detected) <= RESCAN_EVERY
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
    least = COVERED * box.area
    return box.area > 0 and any(r.common(box) >= least for r in around.hidden(frame))


def beside(target: Target, path: Stretch, around: Circumstances) -> Track | None:
    """The hidden track of the same target, at least as likely as not, that ends or begins beside a
    visible place; None if there is none."""
    best: tuple[float, Track] | None = None
    for track in around.tracks:
        sure = track.certainty is None or track.certainty >= DOUBTFUL
        if track.target is not target or track.action is not Action.REDACT or not sure:
            continue
        gap, mine, theirs = _gap(path, track, around.times)
        if gap > 2 * RESCAN_EVERY or not _same_place(mine, theirs, gap):
            continue
        # A track that is hidden during most of that time is another subject.
        if 2 * sum(track.first <= frame <= track.last for frame, _ in path) > len(path):
            continue
        if best is None or gap < best[0]:
            best = (gap, track)
    return best[1] if best is not None else None


def _gap(path: Stretch, track: Track, times: Mapping[int, float]) -> tuple[float, Box, Box]:
    """Seconds between a visible place and a track, and the boxes of both at that time."""
    (first, start), (last, end) = path[0], path[-1]
    if track.last < first:
        return _seconds(track.last, first, times), start, track.keyframes[-1].box
    if track.first > last:
        return _seconds(last, track.first, times), end, track.keyframes[0].box
    frame, box = next((f, b) for f, b in path if f >= track.first)
    here = track.at(frame)
    return (0.0, box, here.box) if here is not None else (0.0, box, track.keyframes[-1].box)


def _seconds(a: int, b: int, times: Mapping[int, float]) -> float:
    if a in times and b in times:
        return times[b] - times[a]
    return float("inf")


def _same_place(a: Box, b: Box, gap: float) -> bool:
    """Whether one subject can be at both boxes, `gap` seconds apart."""
    smaller, larger = sorted((a.area, b.area))
    if smaller < LOOSELY_SAME_IOU * larger:
        return False  # their sizes are too different
    (x, y), (u, v) = a.centre, b.centre
    side = max(a.width, a.height, b.width, b.height)
    return hypot(x - u, y - v) <= side * (0.5 + WALKING_PACE * gap)
