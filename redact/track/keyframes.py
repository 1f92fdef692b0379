"""From a box on every frame to keyframes with linear interpolation, never losing a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Box, Keyframe, State
from .geometry import Boxes

SLACK = 0.01
"""Keyframes are larger than the boxes by this share of the size, on every side; the boxes
between may then wander inside the interpolated ones. Meaning: a pixel of a face of 100."""

LONGEST = 256
"""Frames between keyframes at most. Meaning: bounds the time that finding them takes."""

OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])

ROUNDING = 0.02
"""Pixels added outward, far more than interpolation in float64 can lose. Meaning: no pixel
of a mask depends on rounding."""


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
    size = np.maximum(np.tile(boxes[:, 2:] - boxes[:, :2], 2), 0.0)
    step = size * SLACK + ROUNDING
    # All four sides count outward, so that larger always means a larger box.
    inner = boxes * OUTWARD
    outer = inner + step
    room = 3 * step
    changes = [i for i in range(1, len(states)) if states[i] is not states[i - 1]]
    # The best sighting is kept as it is: a track's score is what reviewers and the audit go by.
    best = [int(np.nanargmax(scores))] if np.isfinite(scores).any() else []
    stops = sorted({*changes, *best, len(states) - 1})
    chosen = [0]
    for stop in stops:
        while chosen[-1] < stop:
            chosen.append(_farthest(chosen[-1], stop, inner, outer, room))
    return tuple(
        Keyframe(
            first + i,
            Box(*map(float, outer[i] * OUTWARD)),
            states[i],
            float(scores[i]) if np.isfinite(scores[i]) else None,
        )
        for i in chosen
    )


def _farthest(start: int, stop: int, inner: Boxes, outer: Boxes, room: Boxes) -> int:
    """Last row up to `stop` that can be the next keyframe after `start`: doubling, halving."""
    good, step = start + 1, 2
    bad = None
    while good < stop and step <= LONGEST:
        end = min(start + step, stop, start + LONGEST)
        if not _holds(start, end, inner, outer, room):
            bad = end
            break
        good, step = end, step * 2
    while bad is not None and bad - good > 1:
        middle = (good + bad) // 2
        if _holds(start, middle, inner, outer, room):
            good = middle
        else:
            bad = middle
    return good


def _holds(start: int, end: int, inner: Boxes, outer: Boxes, room: Boxes) -> bool:
    """Whether interpolation from `start` to `end` contains every box and is not much larger."""
    steps = end - start
    if steps < 2:
        return True
    line = outer[start] + (outer[end] - outer[start]) * (_COUNT[1:steps] / steps)
    spare = line - inner[start + 1 : end]
    return bool(spare.min() >= 1e-6) and bool((spare <= room[start + 1 : end]).all())


_COUNT = np.arange(LONGEST + 1, dtype=np.float64)[:, None]
