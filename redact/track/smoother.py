"""Where an object is in every frame, and how surely: a Kalman smoother (Rauch, Tung, Striebel 1965)
over its detections.

Middle and logarithm of the size have filters of their own, each of a value and its rate of change;
a detection is off by a share of the object's size, the more so the less sure it is. Boxes are first
moved with the camera into one frame, so that only the object's own motion is left. Between two
detections, and beyond the first and the last, the covariance grows with the time that nothing was
seen: it says how far beyond the mean a mask must reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Boxes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations.

    Attributes:
        off: of a sure detection's middle, in the object's size.
        unsure: what is added for one that is certainly wrong.
        size: of the logarithm of its width and height, in `off` and `unsure`.
        acceleration: of the middle, sizes per s^1.5.
        growth: of the logarithm of the size, per s^1.5.
    """

    off: float
    unsure: float
    size: float
    acceleration: float
    growth: float


NOISE: Final = Noise(0.04, 0.12, 1.5, 3.0, 0.5)
"""The cost of labelled frames (`python -m lab.core`) is the same within its interval with half and
twice each of them, but without `unsure` six instead of two of 120 faces are open."""

FASTEST: Final = 4.0
"""Standard deviation of the unknown speed of an object that was detected once, sizes per second: a
head on a bicycle passes by its own size in less than half a second."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """N frames of one object.

    Attributes:
        centres: float64 [N, 4], the mean of its middle and size.
        spread: float64 [N, 2], standard deviation of its sides, across and down, pixels.
    """

    centres: Boxes
    spread: Floats

    def grown(self, times: float, share: float) -> Boxes:
        """[N, 4] middle and size, with every side moved out by so many standard deviations, and by
        a share of the size."""
        size = (1 + 2 * share) * self.centres[:, 2:] + 2 * times * self.spread
        return np.concatenate([self.centres[:, :2], size], axis=1)


def smoothed(times: Floats, at: NDArray[np.intp], centres: Boxes, scores: Floats) -> Smoothed:
    """The object in every frame.

    Args:
        times: [N] seconds of the frames, rising.
        at: [K] rows of `times` with a detection, rising; at least one.
        centres: [K, 4] middle and size as detected there, as if the camera stood still.
        scores: [K] their probabilities.
    """
    noise = NOISE
    seen = centres.copy()
    seen[:, 2:] = np.log(np.maximum(seen[:, 2:], 1.0))
    # A thin plate may move more than its height between two frames.
    longest = seen[:, 2:].max(axis=1)
    size = np.exp(np.maximum(seen[:, 2:], longest[:, None] - np.log(3)))
    off = (noise.off + noise.unsure * (1 - scores))[:, None]
    measured = np.concatenate([off * size, np.tile(noise.size * off, 2)], axis=1) ** 2
    mean_size = np.exp(np.log(size).mean(axis=0))
    rate = np.array([*(noise.acceleration * mean_size), noise.growth, noise.growth]) ** 2
    speed = np.array([*(FASTEST * mean_size), 0.5, 0.5]) ** 2
    return _of(*_smooth(times, at, seen, measured, rate, speed))


def _smooth(
    times: Floats, at: NDArray[np.intp], seen: Floats, measured: Floats, rate: Floats, speed: Floats
) -> tuple[Floats, Floats]:
    """Mean [N, 4] and variance [N, 4] of the four values in every frame.

    Args:
        times, at: see `smoothed`.
        seen, measured: [K, 4] values and their variances.
        rate: [4] variance of the acceleration's noise.
        speed: [4] variance of the unknown rate of change at first.
    """
    count = len(at)
    states, covs = np.zeros((count, 4, 2)), np.zeros((count, 4, 2, 2))
    before = np.zeros((count, 4, 2)), np.zeros((count, 4, 2, 2))
    state, cov = np.zeros((4, 2)), np.zeros((4, 2, 2))
    state[:, 0], cov[:, 0, 0], cov[:, 1, 1] = seen[0], measured[0], speed
    for k in range(count):
        if k:
            step = times[at[k]] - times[at[k - 1]]
            move = _motion(np.array([step]))[0]
            state = state @ move.T
            cov = move @ cov @ move.T + _noise(np.array([step]))[0] * rate[:, None, None]
            before[0][k], before[1][k] = state, cov
            gain = cov[:, :, 0] / (cov[:, 0, 0] + measured[k])[:, None]
            state = state + gain * (seen[k] - state[:, 0])[:, None]
            cov = cov - gain[:, :, None] * cov[:, :1, :]
        states[k], covs[k] = state, cov
    mean, variance = np.zeros((len(times), 4)), np.zeros((len(times), 4))
    after, sure = states[-1], covs[-1]
    last = times[at[-1] :] - times[at[-1]]
    mean[at[-1] :], variance[at[-1] :] = _ahead(after, sure, last, rate)
    for k in range(count - 2, -1, -1):
        # All frames from this detection to the next, of which the last is known already.
        span = slice(at[k], at[k + 1])
        on = times[span] - times[at[k]]
        move, left = _motion(on), _motion(times[at[k + 1]] - times[span])
        there = np.einsum("tij,cj->tci", move, states[k])
        cov = np.einsum("tij,cjk,tlk->tcil", move, covs[k], move)
        cov += _noise(on)[:, None] * rate[None, :, None, None]
        gain = np.einsum("tcij,tkj->tcik", cov, left) @ np.linalg.inv(before[1][k + 1])
        there = there + np.einsum("tcij,cj->tci", gain, after - before[0][k + 1])
        cov = cov + gain @ (sure - before[1][k + 1]) @ np.swapaxes(gain, 2, 3)
        mean[span], variance[span] = there[..., 0], cov[..., 0, 0]
        after, sure = there[0], cov[0]
    first = times[: at[0]] - times[at[0]]
    mean[: at[0]], variance[: at[0]] = _ahead(after, sure, first, rate)
    return mean, np.maximum(variance, 0.0)


def _ahead(state: Floats, cov: Floats, seconds: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Means and variances [T, 4] some seconds [T] after, or before, a state."""
    move = _motion(seconds)
    mean = np.einsum("tj,cj->tc", move[:, 0], state)
    spread = np.einsum("tj,cjk,tk->tc", move[:, 0], cov, move[:, 0])
    return mean, spread + np.abs(seconds[:, None]) ** 3 / 3 * rate


def _motion(seconds: Floats) -> Floats:
    """[T, 2, 2] of constant speed."""
    move = np.tile(np.eye(2), (len(seconds), 1, 1))
    move[:, 0, 1] = seconds
    return move


def _noise(seconds: Floats) -> Floats:
    """[T, 2, 2] covariance that white acceleration of variance 1 adds."""
    t = np.abs(seconds)
    return np.stack([np.stack([t**3 / 3, t**2 / 2], -1), np.stack([t**2 / 2, t], -1)], -2)


def _of(mean: Floats, variance: Floats) -> Smoothed:
    sizes = np.exp(mean[:, 2:])
    sides = np.sqrt(variance[:, :2] + variance[:, 2:] * sizes**2 / 4)
    return Smoothed(np.concatenate([mean[:, :2], sizes], axis=1), sides)
