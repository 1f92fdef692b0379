"""How a track's clues become a probability, and the cost at which it is hidden."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.detection import load_calibration
from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.track.belief import (
    MOST_COSTED_SHARE,
    ORDINARY_SHARE,
    STRONGEST,
    Clues,
    probability_of,
    worth_hiding,
)
from redact.track.starting_score import STARTING_LOG_ODDS
from redact.types import DETECTED_TARGETS, Target

from .scenes import WEIGHTS

BOX = np.array([[10.0, 10, 40, 46]])
PICTURE = 320.0 * 180
FIRST = np.array([0])
looks = st.lists(st.none() | st.floats(-5, 9), max_size=20)
first = st.floats(-5, 9)


def clues_of(
    start: float, later: list[float | None], box: np.ndarray = BOX, target: Target = Target.FACE
) -> Clues:
    """Of an object first seen with log odds `start`, then detected by some scans and missed by
    others."""
    clues = Clues.of_new(np.array([target], np.int8), np.array([start], np.float32), box, PICTURE)
    for odds in later:
        if odds is None:
            clues.missed(FIRST)
        else:
            clues.hit(FIRST, np.array([odds], np.float32), box, PICTURE)
    return clues


def believed(start: float, later: list[float | None]) -> float:
    return float(probability_of(clues_of(start, later), WEIGHTS)[0])


@given(first, looks, st.integers(0, 20), st.floats(0, 3))
def test_a_stronger_detection_never_lowers_the_probability(
    start: float, later: list[float | None], which: int, more: float
) -> None:
    before = believed(start, later)
    assert believed(start + more, later) >= before - 1e-6
    raised = [None if o is None else o + more * (i == which) for i, o in enumerate(later)]
    assert believed(start, raised) >= before - 1e-6


@given(first, looks, st.integers(1, 10))
def test_scans_after_the_last_sighting_are_no_evidence(
    start: float, later: list[float | None], after: int
) -> None:
    """A person who has left the picture is not less of a face."""
    longer = clues_of(start, [*later, *[None] * after]).trimmed(np.array([float(after)]))
    assert np.isclose(probability_of(longer, WEIGHTS)[0], believed(start, later))


@given(st.lists(st.tuples(first, looks), min_size=1, max_size=4), st.randoms())
def test_pieces_of_one_object_add_up_in_any_order(parts: list, rng: object) -> None:
    mixed = list(parts)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (Clues.concat([clues_of(*p) for p in some]).as_one() for some in (parts, mixed))
    a, b = probability_of(one, WEIGHTS), probability_of(other, WEIGHTS)
    np.testing.assert_allclose(a, b)
    assert one.hits[0] == sum(1 + sum(o is not None for o in later) for _, later in parts)


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_hiding_much_of_the_picture_needs_more_evidence(target: Target) -> None:
    ordinary, most, all_of_it = (
        np.array([[0.0, 0, 1, 1]]) * np.sqrt(share * PICTURE)
        for share in (ORDINARY_SHARE[target], MOST_COSTED_SHARE, 1.0)
    )
    odds = np.arange(-5, 6, 0.25)

    def least(box: np.ndarray) -> float:
        """Log odds of a single detection from which a box is hidden."""
        return next(
            o for o in odds if worth_hiding(clues_of(o, [], box, target), WEIGHTS, leak_cost=4.0)[0]
        )

    assert least(ordinary / 2) == least(ordinary) < least(3 * ordinary) < least(most)
    assert least(most) == least(all_of_it)  # a plate that fills the picture is hidden, too


@given(first, looks)
def test_a_more_careful_sensitivity_hides_everything_that_others_hide(
    start: float, later: list[float | None]
) -> None:
    clues = clues_of(start, later)
    hidden = [
        bool(worth_hiding(clues, WEIGHTS, schedule_of(how).tracking.leak_cost)[0])
        for how in (Sensitivity.BALANCED, Sensitivity.THOROUGH)
    ]
    assert hidden == sorted(hidden)


def test_the_installed_weights_hide_a_single_sure_detection() -> None:
    """Of any kind and of ordinary size, at every sensitivity; and evidence counts in its favour."""
    weights = load_calibration().tracks
    for word in (target.word for target in DETECTED_TARGETS):
        assert all(weight >= 0 for clue, weight in weights[word].items() if clue != "bias")
        for how in Sensitivity:
            clues = clues_of(STRONGEST, [], BOX / 4)
            clues.target[:] = Target.from_word(word)
            assert worth_hiding(clues, weights, schedule_of(how).tracking.leak_cost)[0], (word, how)


@given(st.floats(-4, 9), st.lists(st.none() | st.floats(-4, 9), max_size=20))
def test_a_miss_never_raises_the_probability(start: float, later: list[float | None]) -> None:
    assert believed(start, [*later, None]) <= believed(start, later) + 1e-6


@given(st.floats(-4, 9), st.lists(st.none() | st.floats(-4, 9), max_size=20))
def test_a_miss_counts_no_more_than_the_faintest_detection(
    start: float, later: list[float | None]
) -> None:
    """Somebody who turns away, or passes behind posts, is still there."""
    faintest = min(map(STARTING_LOG_ODDS.__getitem__, DETECTED_TARGETS))
    missed, seen = (clues_of(start, [*later, o], target=Target.PLATE) for o in (None, faintest))
    mean = [float(clues.columns()["mean"][0]) for clues in (missed, seen)]
    assert mean[0] >= mean[1] - 1e-9
