"""Which detection belongs to which tracklet: costs, gates and an optimal assignment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from .geometry import Boxes, ious, to_centres

FORBIDDEN = 1e6

REACH = 0.6
"""Farthest centre distance, in object sizes, that is believed without any uncertainty."""

MOST_REACH = 1.6
"""And with the greatest uncertainty: farther away it is another object."""

SIZE_RATIO = float(np.log(2.2))
"""Largest change of width or height between sightings, as a logarithm."""


def match_costs(
    expected: Boxes,
    spread: NDArray[np.float64],
    seen: Boxes,
    likeness: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Cost of every pair, `FORBIDDEN` where motion or size rule it out.

    Args:
        expected: [T, 4] predicted boxes.
        spread: [T] uncertainty of their centres, in object sizes.
        seen: [D, 4] detected boxes.
        likeness: [T, D] likeness of appearance, -1 to 1, or None where unknown.

    Returns:
        [T, D], about 0 for a perfect match and 2 for one just inside the gates.
    """
    a, b = to_centres(expected), to_centres(seen)
    size = np.sqrt(np.maximum(a[:, None, 2:], 1) * np.maximum(b[None, :, 2:], 1))
    # A thin plate may move more than its height between two frames.
    size = np.maximum(size, size.max(axis=2, keepdims=True, initial=0.0) / 2)
    offset = (a[:, None, :2] - b[None, :, :2]) / size
    distance = np.sqrt((offset**2).sum(axis=2))
    ratio = np.abs(np.log(np.maximum(a[:, None, 2:], 1) / np.maximum(b[None, :, 2:], 1)))
    reach = np.minimum(REACH + 2 * spread, MOST_REACH)[:, None]
    cost = (
        distance / reach + 0.5 * (1 - ious(expected, seen)) + 0.3 * ratio.max(axis=2, initial=0.0)
    )
    if likeness is not None:
        cost = cost + 0.4 * (1 - likeness)
    cost[(distance > reach) | (ratio.max(axis=2, initial=0.0) > SIZE_RATIO)] = FORBIDDEN
    return np.asarray(cost)


def assign(costs: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cheapest one-to-one assignment without forbidden pairs: row and column indices."""
    rows, columns = linear_sum_assignment(costs)
    fine = costs[rows, columns] < FORBIDDEN
    return rows[fine], columns[fine]
