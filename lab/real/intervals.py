"""95 % intervals of shares and means over frames that are not independent.

Faces of one clip are hidden or missed together, so an interval that treats every face as an
independent draw would be too narrow. Instead, clips are resampled with replacement (cluster
bootstrap; Davison & Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np

DRAWS = 2000
SEED = 1
Z95 = 1.96

Span = tuple[float, float]


def wilson(hits: float, count: float) -> Span:
    """Score interval of a share (Wilson, JASA 22, 1927); 0 to 1 where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, square = hits / count, Z95 * Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count * count)
    half = Z95 * sqrt(spread) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def by_clip(
    values: Iterable[tuple[str, float]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Sum and count of the values of each clip, f64 [clips, 2]."""
    sums: dict[str, list[float]] = {}
    for clip, value in values:
        row = sums.setdefault(clip, [0.0, 0.0])
        row[0] += value
        row[1] += 1
    return np.array(list(sums.values()), np.float64).reshape(-1, 2)


def bootstrap(values: Iterable[tuple[str, float]]) -> Span | None:
    """Interval of the mean of (clip, value) pairs, clips resampled; None for fewer than two."""
    sums = by_clip(values)
    if len(sums) < 2:
        return None
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(DRAWS, len(sums)))
    totals = sums[drawn].sum(1)
    low, high = np.percentile(totals[:, 0] / totals[:, 1], (2.5, 97.5))
    return float(low), float(high)


def share_interval(values: Iterable[tuple[str, float]]) -> Span:
    """Interval of a share from (clip, 0 or 1) pairs: the wider of the two on either side."""
    pairs = list(values)
    low, high = wilson(sum(v for _, v in pairs), len(pairs))
    drawn = bootstrap(pairs)
    return (min(low, drawn[0]), max(high, drawn[1])) if drawn else (low, high)
