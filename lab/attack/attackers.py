"""Attackers that learn from redacted pictures, in NumPy, and statistics of their hits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
Labels = NDArray[np.intp]

COMPONENTS = 160
"""Principal components that the learned attacker keeps."""

SHRINKAGE = 0.1
"""Share of the mean variance mixed into the within-class covariance, so that it can be
inverted with few views per class."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How often an attacker named the right one."""

    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval (Wilson)."""
        z, n, p = 1.959964, self.of, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.share:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def nearest(known: Features, names: Labels, unknown: Features) -> Labels:
    """Name of the most similar known picture (correlation)."""
    return names[np.argmax(_unit(unknown) @ _unit(known).T, axis=1)]


def learned(known: Features, names: Labels, unknown: Features) -> Labels:
    """Principal components, then linear discriminant analysis ("Fisherfaces", Belhumeur 1997)."""
    known, unknown = _unit(known), _unit(unknown)
    mean = known.mean(axis=0)
    keep = _principal(known - mean)
    a, b = (known - mean) @ keep.T, (unknown - mean) @ keep.T
    classes = np.unique(names)
    centres = np.stack([a[names == c].mean(axis=0) for c in classes])
    spread = a - centres[np.searchsorted(classes, names)]
    within = spread.T @ spread / len(a)
    within += SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    inverse = np.linalg.inv(within)
    scores = b @ inverse @ centres.T - 0.5 * np.sum(centres @ inverse * centres, axis=1)
    return classes[np.argmax(scores, axis=1)]


def _principal(centred: Features) -> Features:
    """The first principal axes, one a row, at most `COMPONENTS`.

    From the products of pictures with each other ("Eigenfaces", Turk and Pentland 1991): there are
    fewer pictures than samples in one, and the singular values of all samples take ten times as
    long.
    """
    exact = centred.astype(np.float64)
    squares, sides = np.linalg.eigh(exact @ exact.T)
    sizes = np.sqrt(np.maximum(squares[::-1], 0.0))
    count = min(COMPONENTS, int((sizes > 1e-4 * sizes[0]).sum()))
    axes = (sides[:, ::-1][:, :count].T @ exact) / sizes[:count, None]
    return axes.astype(np.float32)


ATTACKERS = {"nearest neighbour": nearest, "learned": learned}


def hits(found: Labels, true: Labels) -> Hits:
    return Hits(int((found == true).sum()), len(true))


def _unit(features: Features) -> Features:
    """Every picture with mean 0 and length 1: brightness and contrast tell nothing."""
    centred = features - features.mean(axis=1, keepdims=True)
    return centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
