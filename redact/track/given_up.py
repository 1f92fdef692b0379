"""What was followed and given up: somebody may be there whom nothing hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from ..types import Box, Doubt
from .active_tracklets import Retired
from .belief import Clues, TargetWeights, probability_of
from .sightings import How, Rows

LEAST_TOLD_PROBABILITY: Final = 0.02
"""Probability from which one is told of: one in fifty. Those of less are many, and no place that
plans of dev clips left open was among them."""


def given_up(
    rows_of: Mapping[int, Rows],
    retired: Mapping[int, Retired],
    weights: Mapping[str, TargetWeights],
) -> Iterator[Doubt]:
    """Where each tracklet was seen best, be it hidden or not: who asks knows what is hidden.

    Args:
        rows_of: sightings by tracklet.
        retired: tracklets, by id.
        weights: see `Tracker`.
    """
    if not retired:
        return
    chances = probability_of(Clues.concat([over.clues for over in retired.values()]), weights)
    for (tracklet, over), chance in zip(retired.items(), chances.tolist(), strict=True):
        if chance >= LEAST_TOLD_PROBABILITY:
            rows = rows_of[tracklet]
            best = rows[np.where(rows["how"] == How.DETECTED, rows["score"], -1).argmax()]
            yield Doubt(int(best["frame"]), over.target, Box(*best["box"].tolist()), chance)
