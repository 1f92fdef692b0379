"""Matching two scans: the largest choice of pairs and, among those, the cheapest."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from redact.track.associate import Pairs, assign

PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(0, 2), min_size=1, max_size=7
)

NEVER = 1e4
"""Cost that only a pair that cannot be has."""


def pairs_of(costs: dict[tuple[int, int], float]) -> Pairs:
    first, second = np.array(list(costs), np.intp).T
    return Pairs(first, second, np.array(list(costs.values())))


def best(costs: dict[tuple[int, int], float]) -> tuple[int, float]:
    """Number of pairs and their cost, by trying every choice."""
    for count in range(min(len(costs), 5), 0, -1):
        choices = [
            sum(costs[pair] for pair in chosen)
            for chosen in combinations(costs, count)
            if len({a for a, _ in chosen}) == len({b for _, b in chosen}) == count
        ]
        if choices:
            return count, min(choices)
    raise AssertionError("one pair is always possible")


@given(PAIRS)
def test_the_largest_and_then_the_cheapest_choice(costs: dict[tuple[int, int], float]) -> None:
    first, second = assign(pairs_of(costs))
    chosen = list(zip(first.tolist(), second.tolist(), strict=True))
    assert len({a for a, _ in chosen}) == len({b for _, b in chosen}) == len(chosen)
    count, cost = best(costs)
    assert len(chosen) == count
    assert np.isclose(sum(costs[pair] for pair in chosen), cost, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 1))
def test_a_crowd_is_matched_as_scipy_matches_it(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0, 2, (12, 15))
    cost[rng.random(cost.shape) > share] = NEVER
    first, second = assign(Pairs(*np.nonzero(cost < NEVER), cost[cost < NEVER]))
    rows, columns = linear_sum_assignment(cost)
    possible = cost[rows, columns] < NEVER
    chosen = set(zip(first.tolist(), second.tolist(), strict=True))
    assert chosen == set(zip(rows[possible].tolist(), columns[possible].tolist(), strict=True))
