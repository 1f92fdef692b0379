"""Probabilities and log odds. The log odds of independent pieces of evidence add up."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAST_TOLD: Final = 1e-4
"""Probabilities are clipped to [LEAST_TOLD, 1 - LEAST_TOLD] before their log odds are taken, so
that none is infinite."""

MOST_LOG_ODDS: Final = 30.0
"""Log odds are clipped to ± this before they become probabilities, against overflow."""


def log_odds(p: ArrayLike, least: float = LEAST_TOLD) -> NDArray[Any]:
    """Logarithm of p / (1 - p), in the precision of `p`."""
    inside = np.clip(p, least, 1 - least)
    return np.asarray(np.log(inside / (1 - inside)))


def probability(odds: ArrayLike) -> NDArray[Any]:
    """Inverse of `log_odds`."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))))
