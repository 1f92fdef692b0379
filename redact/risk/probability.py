"""The probability that somebody is unmasked at a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..types import probability
from .places import Place

Weights = Mapping[str, float]
"""Name of a clue → its weight; "bias" is the constant."""


BY_RULE: Final = {
    **{"finding": 0.9, "drawn": 0.2, "rider": 0.2},
    **{"visible": 0.1, "damaged": 0.1, "cut": 0.03},
}
"""Probability that somebody is unmasked, where there are too few labels to fit it: at an unanswered
finding of the audit, at the end of a mask that was followed from one drawn box, on a two-wheeler
without a hidden plate (of six in six clips of footage2, two show a labelled one within a second,
and three one that is hardly legible), where somebody is visible by decision, in a damaged picture,
and at a cut. Judgements; only their order matters."""


def chance_of(place: Place, weights: Weights) -> float:
    """Probability that somebody without a mask can be recognised at a place.

    Args:
        weights: `Calibration.risk`. A clue without a weight adds nothing.
    """
    if place.why in BY_RULE:
        return BY_RULE[place.why]
    odds = weights["bias"] + sum(weights.get(n, 0.0) * v for n, v in place.clues.items())
    return float(probability(odds))
