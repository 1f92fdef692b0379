"""A box for every frame of a track: between sightings, before the first and after the last."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..types import State
from .clip import ClipRecord
from .geometry import Boxes, grown, to_centres, union, warped
from .log import How, Rows
from .settings import TrackSettings

UNCERTAIN = 1.0
"""Growth per second away from the nearest sighting, share of the box's size on every side."""

MOST_UNCERTAIN = 0.5

SPEED_GROWTH = 0.5
"""A moving object is smeared over this part of the way it goes between two frames."""

SIGHTED = (State.FOLLOWED, State.DETECTED)
"""By the value of `How`."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Attributes:
    first: frame of row 0.
    boxes: float64 [N, 4], one per frame.
    states: [N].
    scores: float32 [N], NaN where not detected.
    """

    first: int
    boxes: Boxes
    states: list[State]
    scores: NDArray[np.float32]


def fill(
    rows: Rows,
    floor: int,
    ceiling: int,
    clip: ClipRecord,
    settings: TrackSettings,
    ablate: frozenset[str],
) -> Dense:
    """Boxes and states of one object from its sightings; contains every hull.

    Args:
        rows: sightings, one per frame, rising.
        floor, ceiling: first and last frame that may be used (the scene).
    """
    first, last = int(rows["frame"][0]), int(rows["frame"][-1])
    start, end = first, last
    if "padding" not in ablate:
        start = clip.frame_before(first, settings.onset, floor)
        end = clip.frame_after(last, settings.ending, ceiling)
    count = end - start + 1
    boxes = np.zeros((count, 4))
    states = [State.PADDED] * count
    scores = np.full(count, np.nan, np.float32)
    at = rows["frame"] - start
    boxes[at] = rows["box"]
    for i, how in zip(at, rows["how"], strict=True):
        states[i] = SIGHTED[how]
    detected = rows["how"] == How.DETECTED
    scores[at[detected]] = rows["score"][detected]
    _between(boxes, states, at, start, clip)
    _beyond(boxes, at, start, clip)
    boxes = _enlarged(boxes, at, clip.times(start, end))
    boxes[at] = union(boxes[at], rows["hull"].astype(np.float64))
    return Dense(start, boxes, states, scores)


def _between(
    boxes: Boxes, states: list[State], at: NDArray[np.intp], start: int, clip: ClipRecord
) -> None:
    """Interpolate gaps, moving with the camera."""
    for a, b in pairwise(at.tolist()):
        if b - a < 2:
            continue
        times = clip.times(start + a, start + b)
        share = (times - times[0]) / max(times[-1] - times[0], 1e-9)
        from_a = clip.between(start + a, start + b)
        from_b = clip.between(start + b, start + a)[::-1]
        for i in range(1, b - a):
            left = warped(boxes[a : a + 1], from_a[i])
            right = warped(boxes[b : b + 1], from_b[i])
            boxes[a + i] = (left + (right - left) * share[i])[0]
            states[a + i] = State.INTERPOLATED


def _beyond(boxes: Boxes, at: NDArray[np.intp], start: int, clip: ClipRecord) -> None:
    """Before the first and after the last sighting the object stays where it is in the scene."""
    head = clip.between(start + at[0], start)
    for i in range(1, at[0] + 1):
        boxes[at[0] - i] = warped(boxes[at[0] : at[0] + 1], head[i])[0]
    tail = clip.between(start + at[-1], start + len(boxes) - 1)
    for i in range(1, len(boxes) - at[-1]):
        boxes[at[-1] + i] = warped(boxes[at[-1] : at[-1] + 1], tail[i])[0]


def _enlarged(boxes: Boxes, at: NDArray[np.intp], times: NDArray[np.float64]) -> Boxes:
    """Grow by speed and by the time since the object was last (or will next be) seen."""
    seen = times[at]
    right = np.clip(np.searchsorted(seen, times), 0, len(seen) - 1)
    left = np.clip(right - 1, 0, None)
    away = np.minimum(np.abs(times - seen[right]), np.abs(times - seen[left]))
    out = grown(boxes, np.minimum(UNCERTAIN * away, MOST_UNCERTAIN))
    centres = to_centres(boxes)[:, :2]
    if len(boxes) > 1:
        smear = np.abs(np.gradient(centres, axis=0)) * SPEED_GROWTH
        out = np.concatenate([out[:, :2] - smear, out[:, 2:] + smear], axis=1)
    return np.asarray(out)
