"""Logistic regression with few columns, and measures of its answers.

Short enough to be read, because its numbers decide who is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

F64 = NDArray[np.float64]

RECALLS = (0.85, 0.9, 0.93, 0.96, 0.98)


def logistic(
    columns: F64,
    truth: F64,
    weight: F64 | None = None,
    ridge: float = 0.0,
    rising: Sequence[bool] = (),
) -> F64:
    """Weights of the columns; that of the constant comes first.

    Args:
        columns: [N, K], without the constant.
        truth: [N], 1 or 0.
        weight: [N], of each row, 1 if None.
        ridge: pull of all weights but the constant's towards 0, per row.
        rising: for each column, whether more of it may never make the answer smaller.

    Returns:
        float64 [K + 1].
    """
    full = np.column_stack([np.ones(len(truth)), columns])
    counts = np.ones(len(truth)) if weight is None else weight
    pulled = np.r_[0.0, np.full(full.shape[1] - 1, ridge * len(truth))]

    def loss(w: F64) -> tuple[float, F64]:
        z = full @ w
        wrong = counts * (_sigmoid(z) - truth)
        value = (counts * (np.logaddexp(0, z) - truth * z)).sum() + (pulled * w**2).sum() / 2
        return float(value), full.T @ wrong + pulled * w

    free = [False, *(rising or [False] * columns.shape[1])]
    bounds = [(0.0, None) if up else (None, None) for up in free]
    start = np.zeros(full.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def answers(columns: F64, weights: F64) -> F64:
    """[N] log odds."""
    return np.asarray(weights[0] + columns @ weights[1:])


def held_out(columns: F64, truth: F64, groups: Sequence[str], ridge: float, folds: int = 5) -> F64:
    """[N] log odds of each row by weights that were fitted without its group.

    Args:
        groups: [N], rows of one name stay together, since a clip's objects are alike.
    """
    names = sorted(set(groups))
    fold = np.array([names.index(g) % folds for g in groups])
    odds = np.zeros(len(truth))
    for k in range(folds):
        inside = fold == k
        if inside.any() and not inside.all():
            weights = logistic(columns[~inside], truth[~inside], ridge=ridge)
            odds[inside] = answers(columns[inside], weights)
    return odds


def false_at_recall(odds: F64, truth: F64, real: int) -> dict[float, int | None]:
    """How many false objects are let in at each recall of the `real` ones; None: out of reach."""
    order = np.argsort(-odds, kind="stable")
    found, false = np.cumsum(truth[order]), np.cumsum(1 - truth[order])
    out: dict[float, int | None] = {}
    for recall in RECALLS:
        at = int(np.searchsorted(found, recall * real - 1e-9))
        out[recall] = int(false[at]) if at < len(found) else None
    return out


def reliability(odds: F64, truth: F64) -> list[tuple[float, float, int, float, float]]:
    """Are the probabilities right? Rows: from, to (log odds), count, predicted and true shares."""
    edges = (-9.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 9.0)
    rows = []
    for low, high in pairwise(edges):
        here = (odds >= low) & (odds < high)
        if here.any():
            said, real = float(_sigmoid(odds[here]).mean()), float(truth[here].mean())
            rows.append((low, high, int(here.sum()), said, real))
    return rows


def _sigmoid(z: F64) -> F64:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -50, 50))))
