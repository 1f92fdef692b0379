"""Says in words what it means to keep tracks: when each is visible and when it is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from ..mask_size import MARGIN, with_margin
from ..plan import Plan, edit
from ..render import visible_share
from ..types import WHOLE_SHARE, Action, Region, Runs, Track, clock, runs_of
from ..words import say

_LEAST_FRAMES: Final = 3
"""Fewest frames in which one track must lie on another to be reported; in fewer, they only
brush."""

_MOST_SPANS: Final = 8
"""Most spans of one kind that the page lists; more would bury what matters."""


def consequences(plan: Plan, ids: Sequence[int]) -> Iterator[str]:
    """Yield sentences for a person who has just decided to keep tracks; none if `ids` is empty.

    Args:
        plan: with the decision.
        ids: of the tracks that were decided about, all of them kept.
    """
    covered = covering(plan, frozenset(ids))
    for number in ids:
        yield _visible(plan, edit.track_of(plan, number))
        for other, frames in sorted(covered[number].items()):
            times = _times(plan, runs_of(frames))
            yield say("kept_but_covered", track=number, other=other, times=times)


def mistakable(plan: Plan, ids: Sequence[int]) -> Iterator[str]:
    """Yield warnings that the user may have taken the number of a kept track from a picture of
    another person.

    Where two people cross, a track may lie on the wrong one. A user who reads its number there
    means the person in that picture, and would show the other.
    """
    for number in ids:
        track = edit.track_of(plan, number)
        others = [t for t in plan.tracks if t.id != number and t.target is track.target]
        for other in others:
            frames = _guessed_on(plan, track, other)
            if len(frames) >= _LEAST_FRAMES:
                times = _times(plan, runs_of(frames))
                yield say("kept_mistakable", track=number, other=other.id, times=times)


def _visible(plan: Plan, track: Track) -> str:
    shown = plan.shown_spans(track)
    total = track.last - track.first + 1
    hidden = total - sum(last - first + 1 for first, last in shown)
    places = [
        say("span_in_frames", span=_time(plan, a, b), first=a, last=b, count=b - a + 1)
        for a, b in shown
    ]
    line = say("visible_nowhere", track=track.id)
    if places:
        line = say("visible_at", track=track.id, places=_listed(places))
    return say("stays_hidden_in", line=line, count=hidden, total=total) if hidden else line


def covering(
    plan: Plan, ids: frozenset[int], margin: float = MARGIN
) -> dict[int, dict[int, list[int]]]:
    """Kept track → other track → frames in which masks leave less than `WHOLE_SHARE` of the kept
    track visible and the other's mask is one of them. Measured on the pixels of the drawn masks.

    Args:
        plan: with the decision.
        ids: of kept tracks.
        margin: of the drawn masks, as a share of a box's size.
    """
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    kept = [t for t in plan.tracks if t.id in ids]
    first, last = min((t.first for t in kept), default=0), max((t.last for t in kept), default=-1)
    for frame in range(first, last + 1):
        shown = [region for region in plan.shown_at(frame) if region.track in ids]
        hidden = plan.regions_at(frame) if shown else []
        for mine in shown:
            near = [other for other in hidden if _meet(mine, other, margin)]
            if not near or visible_share(mine, near, margin) >= WHOLE_SHARE:
                continue
            for other in near:
                if visible_share(mine, [other], margin) < 1:
                    found[mine.track][other.track].append(frame)
    return found


def covered_spans(plan: Plan, margin: float) -> dict[int, Runs]:
    """Kept track → spans in which it should be visible, but other tracks' masks leave less than
    `WHOLE_SHARE` of it."""
    kept = frozenset(track.id for track in plan.tracks if track.action is Action.KEEP)
    found = covering(plan, kept, margin) if kept else {}
    return {
        number: tuple(runs_of(sorted({frame for frames in by.values() for frame in frames})))
        for number, by in found.items()
    }


def _meet(mine: Region, other: Region, margin: float) -> bool:
    margin = margin if other.margin is None else other.margin
    return with_margin(other.box, margin, other.target).common(mine.box) > 0


def _guessed_on(plan: Plan, track: Track, other: Track) -> list[int]:
    """Frames in which a track's place is a guess and lies on another track whose place is certain.

    Empty if the two mostly overlap where both are certain: then they are one person.
    """
    guessed, seen, met = [], 0, 0
    for frame in range(max(track.first, other.first), min(track.last, other.last) + 1):
        if not plan.certain(other, frame):
            continue
        mine, theirs = track.at(frame), other.at(frame)
        assert mine is not None and theirs is not None
        on = mine.box.lies_on(theirs.box)
        if plan.certain(track, frame):
            seen, met = seen + 1, met + on
        elif on:
            guessed.append(frame)
    return guessed if 2 * met <= seen else []


def _times(plan: Plan, runs: Runs) -> str:
    return _listed([_time(plan, first, last) for first, last in runs])


def _listed(parts: list[str]) -> str:
    shown = ", ".join(parts[:_MOST_SPANS])
    more = len(parts) - _MOST_SPANS
    return say("and_more", shown=shown, more=more) if more > 0 else shown


def _time(plan: Plan, first: int, last: int) -> str:
    """A span as a player shows it, to a tenth of a second, such as 0:02.0–0:03.1."""
    a, b = (clock(plan.seconds(frame), 1) for frame in (first, last))
    return a if a == b else f"{a}–{b}"
