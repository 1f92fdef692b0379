"""The probability that somebody is visible at a place, and the clue that contributes most to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..types import probability
from .places import Place

Weights = Mapping[str, float]
"""By the name of a clue; "bias" is the constant."""


BY_RULE: Final = {"finding": 0.9, "drawn": 0.2, "visible": 0.1, "damaged": 0.1, "cut": 0.03}
"""Probability that somebody is open where labels tell too little: at a finding of the audit that
nobody has answered, where a mask ends that follows one box which a person drew, where somebody is
visible by decision, where the picture is damaged, and at a cut. Judgements, which say in what order
these come."""


def probability_of(place: Place, weights: Weights) -> float:
    """Probability that somebody without a mask can be recognised at a place.

    Args:
        weights: `Calibration.risk`. A clue without a weight counts for nothing.
    """
    if place.why in BY_RULE:
        return BY_RULE[place.why]
    odds = weights["bias"] + sum(weights.get(n, 0.0) * v for n, v in place.clues.items())
    return float(probability(odds))


def speaks_most(place: Place, weights: Weights, among: Iterable[str]) -> str:
    """The clue among these that adds most to the log odds of a place, "" where none adds any."""
    added = {name: weights.get(name, 0.0) * place.clues.get(name, 0.0) for name in among}
    best = max(added, key=lambda name: added[name], default="")
    return best if best and added[best] > 0 else ""
