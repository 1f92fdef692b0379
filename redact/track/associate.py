"""Detections of one frame in a canonical order, and the tracklets to which they belong: costs,
limits and an optimal assignment.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

import numpy as np
from numpy.typing import NDArray

from ..types import Boxes, Detections, log_odds, probability
from .arrays import Arrays
from .geometry import Index, close_pairs, paired_iou, to_centres
from .patches import Patches, pairwise_likeness


@dataclass(frozen=True, slots=True)
class Observations(Arrays):
    """N detections of one scan; struct of arrays.

    Attributes:
        boxes: float64 [N, 4].
        odds: float32 [N], log odds that they are real.
        target: int8 [N].
    """

    boxes: Boxes
    odds: NDArray[np.float32]
    target: NDArray[np.int8]

    @property
    def probability(self) -> NDArray[np.float32]:
        """float32 [N]."""
        return probability(self.odds)


def observations_of(found: Detections) -> Observations:
    """The detections of a scan; the result does not depend on the order of `found`.

    Args:
        found: from the detector; scores are probabilities.
    """
    order = np.lexsort((*found.xyxy.T[::-1], -found.score, found.target))
    found = found.select(order.astype(np.intp))
    odds = log_odds(found.score.astype(np.float64)).astype(np.float32)
    return Observations(found.xyxy.astype(np.float64), odds, found.target)


REACH = 0.6
"""Farthest distance of centres, in object sizes, that is accepted without any uncertainty: the
boxes still overlap; a judgement, not fitted."""

MOST_REACH = 1.6
"""The same at the greatest uncertainty; across a gap (`assemble`), as much more for every second.
Farther away it is another object, such as a neighbour."""

SIZE_RATIO = 2.2
"""Largest change of width or height between sightings: turning heads, and detectors that frame them
differently, change less; a judgement, not fitted."""


LEAST_LIKENESS = 0.35
"""Smallest likeness of two patches that may be one object, a correlation: a head turns."""


@dataclass(frozen=True, slots=True)
class Objects:
    """N boxes to be matched.

    Attributes:
        boxes: float64 [N, 4].
        target: int8 [N]; only equal ones are matched.
        patches: float32 [N, cells, cells].
    """

    boxes: Boxes
    target: NDArray[np.int8]
    patches: Patches


@dataclass(frozen=True, slots=True)
class Pairs(Arrays):
    """Possible pairs: `first[k]` with `second[k]` at `cost[k]`."""

    first: Index
    second: Index
    cost: NDArray[np.float64]


def possible_pairs(a: Objects, spread: NDArray[np.float64], b: Objects) -> Pairs:
    """Pairs that motion and size allow, with costs from about 0 (perfect) to 2.

    Args:
        a: objects at their expected places.
        spread: [len(a)] uncertainty of their centres, in object sizes.
        b: objects as detected.
    """
    x, y = to_centres(a.boxes), to_centres(b.boxes)
    # A thin plate may move more than its height between two frames.
    side_a, side_b = (_sides(z[:, 2:]) for z in (x, y))
    reach = np.minimum(REACH + 2 * spread, MOST_REACH)
    i, j = close_pairs(x[:, :2], side_a * (reach * SIZE_RATIO**0.5)[:, None], y[:, :2])
    offset = (x[i, :2] - y[j, :2]) / np.sqrt(side_a[i] * side_b[j])
    distance = np.hypot(offset[:, 0], offset[:, 1])
    ratios = np.abs(np.log(np.maximum(x[i, 2:], 1) / np.maximum(y[j, 2:], 1)))
    ratio = np.maximum(ratios[:, 0], ratios[:, 1])
    good = (distance <= reach[i]) & (ratio <= np.log(SIZE_RATIO)) & (a.target[i] == b.target[j])
    i, j, distance, ratio = i[good], j[good], distance[good], ratio[good]
    alike = pairwise_likeness(a.patches[i], b.patches[j])
    apart = 1 - paired_iou(a.boxes[i], b.boxes[j])
    return Pairs(i, j, distance / reach[i] + 0.5 * (apart + ratio + (1 - alike)))


def assign(pairs: Pairs) -> tuple[Index, Index]:
    """The largest one-to-one choice of `pairs`, and the cheapest of the largest.

    Pairs without a competitor are accepted at once; the others need no dense matrix, however long
    the clip or large the crowd.
    """
    if not len(pairs.cost):
        none = np.zeros(0, np.intp)
        return none, none
    alone = (np.bincount(pairs.first)[pairs.first] == 1) & (
        np.bincount(pairs.second)[pairs.second] == 1
    )
    first, second = pairs.first[alone], pairs.second[alone]
    if alone.all():
        return first, second
    rest = _assigned(pairs.first[~alone], pairs.second[~alone], pairs.cost[~alone])
    return np.concatenate([first, rest[0]]), np.concatenate([second, rest[1]])


def _assigned(first: Index, second: Index, cost: NDArray[np.float64]) -> tuple[Index, Index]:
    """The choice among competing pairs, by shortest augmenting paths (Jonker, Volgenant 1987)."""
    choices: dict[int, list[tuple[int, float]]] = {}
    for row, column, price in zip(first.tolist(), second.tolist(), cost.tolist(), strict=True):
        choices.setdefault(row, []).append((column, price))
    # Every row may stay without a partner, in its own column that costs more than all pairs.
    unpaired = 10.0 * len(cost) * max(1.0, float(cost.max()))
    for row, own in choices.items():
        own.append((-1 - row, unpaired))
    chosen = _Chosen(choices)
    for row in choices:
        chosen.add(row)
    pairs = sorted(pair for pair in chosen.columns.items() if pair[1] >= 0)
    rows, columns = np.array(pairs, np.intp).reshape(-1, 2).T
    return rows, columns


class _Chosen:
    """The cheapest assignment of rows to columns, extended row by row.

    Args:
        choices: for each row the possible columns with their costs; one of them is always free.

    Attributes:
        columns: the column of each row added so far.
    """

    def __init__(self, choices: dict[int, list[tuple[int, float]]]) -> None:
        self._choices = choices
        self.columns: dict[int, int] = {}
        self._rows: dict[int, int] = {}
        # Prices that make a chosen pair cost 0, and every other at least 0.
        self._row_price: dict[int, float] = defaultdict(float)
        self._column_price: dict[int, float] = defaultdict(float)

    def add(self, row: int) -> None:
        """Assign a row, and move other rows to other columns along the cheapest chain (Dijkstra's
        algorithm over the prices)."""
        added, far = row, 0.0
        distance: dict[int, float] = {}
        came_from: dict[int, int] = {}
        passed: set[int] = set()
        waiting: list[tuple[float, int]] = []
        while True:
            begin = far - self._row_price[row]
            for column, cost in self._choices[row]:
                reached = begin + cost - self._column_price[column]
                if column not in passed and reached < distance.get(column, inf):
                    distance[column], came_from[column] = reached, row
                    heappush(waiting, (reached, column))
            far, column = heappop(waiting)
            while column in passed:  # a shorter way to it was found since
                far, column = heappop(waiting)
            if column not in self._rows:
                break
            passed.add(column)
            row = self._rows[column]
        self._row_price[added] += far
        for taken in passed:
            self._row_price[self._rows[taken]] += far - distance[taken]
            self._column_price[taken] -= far - distance[taken]
        while True:
            row = came_from[column]
            self._rows[column] = row
            left = self.columns.get(row)
            self.columns[row] = column
            if left is None:  # the added row had none
                return
            column = left


def _sides(size: NDArray[np.float64]) -> NDArray[np.float64]:
    longest = np.maximum(size[:, 0], size[:, 1])[:, None]
    return np.asarray(np.maximum(np.maximum(size, longest / 2), 1.0))
