"""How one frame's detections are prepared for tracking."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redact.track.associate import observations_of
from redact.types import Detections

row = st.tuples(
    *(st.integers(0, 5) for _ in range(2)), st.integers(0, 100), st.integers(0, 1)
)  # places and scores that are often equal


def found_of(rows: list[tuple[int, int, int, int]]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 4)
    corner = table[:, :2] * 10
    boxes = np.concatenate([corner, corner + 20], axis=1)
    return Detections(boxes, table[:, 2] / 100, table[:, 3].astype(np.int8))


@given(st.lists(row, max_size=8), st.randoms(use_true_random=False))
def test_all_detections_are_kept_in_a_canonical_order(rows: list, rng: object) -> None:
    shuffled = list(rows)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = observations_of(found_of(rows)), observations_of(found_of(shuffled))
    assert len(one) == len(rows)
    for a, b in ((one.boxes, other.boxes), (one.odds, other.odds), (one.target, other.target)):
        np.testing.assert_array_equal(a, b)


@given(st.lists(row, max_size=8))
def test_odds_are_finite_and_give_the_probability_back(rows: list) -> None:
    found, seen = found_of(rows), observations_of(found_of(rows))
    assert np.isfinite(seen.odds).all()
    np.testing.assert_allclose(np.sort(seen.probability), np.sort(found.score), atol=2e-4)
