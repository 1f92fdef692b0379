"""From a box on every frame to keyframes with linear interpolation, never losing a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Box, Keyframe, State
from .geometry import Boxes

SLACK = 0.03
"""Keyframes are larger than the boxes by this share of the size, on every side; the boxes
between may then wander inside the interpolated ones."""

LONGEST = 256
"""Frames between keyframes at most."""

ROUNDING = 0.02
"""Pixels added outward, far more than interpolation in float64 can lose."""


def keyframes_of(
    first: int,
    boxes: Boxes,
    states: list[State],
    scores: NDArray[np.float32],
) -> tuple[Keyframe, ...]:
    """Keyframes whose interpolation contains `boxes[i]` in frame `first + i`, for every i.

    Args:
        first: frame index of row 0.
        boxes: [N, 4], a box for every frame.
        states: [N].
        scores: [N], not finite where no detector saw the object.
    """
    size = boxes[:, 2:] - boxes[:, :2]
    step = size * SLACK + ROUNDING
    outer = np.concatenate([boxes[:, :2] - step, boxes[:, 2:] + step], axis=1)
    changes = [i for i in range(1, len(states)) if states[i] is not states[i - 1]]
    stops = [*changes, len(states) - 1]
    chosen = [0]
    for stop in stops:
        while chosen[-1] < stop:
            chosen.append(_farthest(chosen[-1], stop, boxes, outer))
    return tuple(
        Keyframe(
            first + i,
            Box(*map(float, outer[i])),
            states[i],
            float(scores[i]) if np.isfinite(scores[i]) else None,
        )
        for i in chosen
    )


def _farthest(start: int, stop: int, inner: Boxes, outer: Boxes) -> int:
    """Last row up to `stop` that can be the next keyframe after `start`: doubling, halving."""
    good, step = start + 1, 2
    bad = None
    while good < stop and step <= LONGEST:
        end = min(start + step, stop)
        if not _holds(start, end, inner, outer):
            bad = end
            break
        good, step = end, step * 2
    while bad is not None and bad - good > 1:
        middle = (good + bad) // 2
        if _holds(start, middle, inner, outer):
            good = middle
        else:
            bad = middle
    return good


def _holds(start: int, end: int, inner: Boxes, outer: Boxes) -> bool:
    """Whether interpolation from `start` to `end` contains every box and is not much larger."""
    if end - start < 2:
        return True
    t = np.linspace(0.0, 1.0, end - start + 1)[1:-1, None]
    line = outer[start] + (outer[end] - outer[start]) * t
    between = inner[start + 1 : end]
    spare = np.concatenate([between[:, :2] - line[:, :2], line[:, 2:] - between[:, 2:]], axis=1)
    size = np.tile(between[:, 2:] - between[:, :2], 2)
    room = 3 * (size * SLACK + ROUNDING)
    return bool((spare >= 1e-6).all() and (spare <= room).all())
