"""Pieces of the same object on both sides of a gap, joined by one global assignment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import Target
from .associate import LOOK_WEIGHT, Pairs, assign
from .clip import ClipRecord
from .geometry import Boxes, to_centres, warped_centres
from .neighbours import Index
from .sightings import Rows, end_speed

SPEED_LASTS = 0.4
"""Seconds for which a speed is believed; after them the object may have turned round.
Meaning: half a step of somebody who walks; a judgement, not fitted."""

REACH = 0.7
REACH_PER_SECOND = 1.5
MOST_REACH = 3.0
"""Farthest distance between the ends, in object sizes: at once, more for every second, at most.
Meaning: a head that walks covers one to two of its sizes a second; not fitted."""

SIZE_RATIO = 2.0
GAP_COST = 0.3
"""Largest change of width or height over a gap, and cost of a second of gap. Meaning: twice as
large is somebody else; of two that fit, the nearer in time is preferred. Not fitted."""

LINKED = -1.0
"""Cost of a pair that was shown to be one object by following its pixels. Meaning: less
than any other pair costs."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Sightings of one object within one scene.

    Attributes:
        tracklet: id of the tracklet it comes from.
        target: what it is.
        rows: in rising frame order, one per frame.
        floor, ceiling: first and last frame of the scene.
        looks: float32 [2, cells, cells], patch at its start and at its end.
    """

    tracklet: int
    target: Target
    rows: Rows
    floor: int
    ceiling: int
    looks: NDArray[np.float32]

    @property
    def first(self) -> int:
        return int(self.rows["frame"][0])

    @property
    def last(self) -> int:
        return int(self.rows["frame"][-1])


def stitched(
    pieces: list[Piece], links: set[tuple[int, int]], clip: ClipRecord, longest: float
) -> list[list[Piece]]:
    """Groups of pieces that are one object, each in order of time.

    Args:
        pieces: of all scenes, in order of their first frame.
        links: (later, earlier) tracklets that are known to be one object.
        longest: seconds; longer gaps are not closed.
    """
    a, b = _possible(pieces, clip, longest)
    if not len(a):
        return [[piece] for piece in pieces]
    cost, fine = _costs(pieces, a, b, clip)
    linked = np.array(
        [(pieces[j].tracklet, pieces[i].tracklet) in links for i, j in zip(a, b, strict=True)]
    )
    cost[linked] = LINKED
    fine |= linked
    first, second = assign(Pairs(a[fine], b[fine], cost[fine]))
    after = dict(zip(first.tolist(), second.tolist(), strict=True))
    groups = []
    for start in sorted(set(range(len(pieces))) - set(after.values())):
        group = [start]
        while group[-1] in after:
            group.append(after[group[-1]])
        groups.append([pieces[i] for i in group])
    return groups


def _possible(pieces: list[Piece], clip: ClipRecord, longest: float) -> tuple[Index, Index]:
    """Pairs (earlier, later) of one scene and kind with a gap of at most `longest` seconds."""
    start = np.array([clip.time(p.first) for p in pieces])
    a: list[int] = []
    b: list[int] = []
    for i, piece in enumerate(pieces):
        end = clip.time(piece.last)
        low = int(np.searchsorted(start, end, side="right"))
        high = int(np.searchsorted(start, end + longest, side="right"))
        for j in range(low, high):
            if pieces[j].target is piece.target and pieces[j].floor == piece.floor:
                a.append(i)
                b.append(j)
    return np.array(a, np.intp), np.array(b, np.intp)


def _costs(
    pieces: list[Piece], a: Index, b: Index, clip: ClipRecord
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cost of joining each pair, and whether it is allowed at all."""
    out = {i: end_speed(pieces[i].rows, clip, at_start=False) for i in set(a.tolist())}
    into = {j: end_speed(pieces[j].rows, clip, at_start=True) for j in set(b.tolist())}
    farthest = {i: max(pieces[j].first for j in b[a == i]) for i in out}
    paths = {i: clip.between(pieces[i].last, farthest[i]) for i in out}
    left, right, gap, alike = [], [], [], []
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        p, q = pieces[i], pieces[j]
        seconds = clip.time(q.first) - clip.time(p.last)
        camera = paths[i][q.first - p.last]
        ahead = warped_centres(to_centres(p.rows["box"][-1:].astype(np.float64)), camera)[0]
        back = to_centres(q.rows["box"][:1].astype(np.float64))[0]
        drift = camera[:, :2] @ out[i] + into[j]
        left.append(_nearest(ahead, back, drift, seconds))
        right.append(back)
        gap.append(seconds)
        alike.append(float((p.looks[1] * q.looks[0]).sum()))
    return _pair_costs(np.array(left), np.array(right), np.array(gap), np.array(alike))


def _nearest(
    ahead: NDArray[np.float64],
    back: NDArray[np.float64],
    drift: NDArray[np.float64],
    seconds: float,
) -> NDArray[np.float64]:
    """The end of a piece, carried over the gap by half the sum of both speeds: it went on all
    the time, or stopped soon, whichever fits better."""
    tries = [ahead.copy() for _ in range(2)]
    for place, lasted in zip(tries, (seconds, min(seconds, SPEED_LASTS)), strict=True):
        place[:2] += drift * lasted / 2
    return min(tries, key=lambda place: float(np.abs(place[:2] - back[:2]).max()))


def _pair_costs(
    left: Boxes, right: Boxes, gap: NDArray[np.float64], alike: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    size = np.sqrt(np.maximum(left[:, 2:], 1) * np.maximum(right[:, 2:], 1))
    size = np.maximum(size, size.max(axis=1, keepdims=True) / 2)
    distance = np.hypot(*((left[:, :2] - right[:, :2]) / size).T)
    ratio = np.abs(np.log(np.maximum(left[:, 2:], 1) / np.maximum(right[:, 2:], 1))).max(axis=1)
    reach = np.minimum(REACH + REACH_PER_SECOND * gap, MOST_REACH)
    cost = distance / reach + 0.5 * ratio + GAP_COST * gap + LOOK_WEIGHT * (1 - alike)
    return cost, (distance <= reach) & (ratio <= np.log(SIZE_RATIO))
