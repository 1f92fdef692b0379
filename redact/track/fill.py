"""A box for every frame of a track: between sightings, before the first and after the last."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..types import State
from .clip import ClipRecord
from .geometry import Boxes, warped
from .safety_margin import enlarged
from .settings import TrackSettings
from .sightings import How, Rows, end_speed

SPEED_LASTS = 0.3
"""Seconds after which an object that is no longer seen is expected to have stopped. Meaning:
about half a step of somebody who walks; a judgement, not fitted."""


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
    """Boxes and states of one object from its sightings; contains every box that was seen.

    Args:
        rows: sightings, one per frame, rising.
        floor, ceiling: first and last frame that may be used (the scene).
    """
    first, last = int(rows["frame"][0]), int(rows["frame"][-1])
    start, end = first, last
    if "padding" not in ablate:
        start = clip.frame_before(first, settings.grace, floor)
        end = clip.frame_after(last, settings.grace, ceiling)
    at = rows["frame"] - start
    boxes = np.zeros((end - start + 1, 4))
    boxes[at] = rows["box"]
    scores = np.full(len(boxes), np.nan, np.float32)
    detected = at[rows["how"] == How.DETECTED]
    scores[detected] = rows["score"][rows["how"] == How.DETECTED]
    _between(boxes, at, start, clip)
    _beyond(boxes, at, start, clip, rows)
    if "growth" not in ablate:
        boxes = enlarged(boxes, detected, scores, clip.times(start, end))
    return Dense(start, boxes, _states(len(boxes), at, detected), scores)


def _states(count: int, at: NDArray[np.intp], detected: NDArray[np.intp]) -> list[State]:
    states = [State.PADDED] * count
    states[at[0] : at[-1] + 1] = [State.INTERPOLATED] * int(at[-1] - at[0] + 1)
    for i in at:
        states[i] = State.FOLLOWED
    for i in detected:
        states[i] = State.DETECTED
    return states


def _between(boxes: Boxes, at: NDArray[np.intp], start: int, clip: ClipRecord) -> None:
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


def _beyond(boxes: Boxes, at: NDArray[np.intp], start: int, clip: ClipRecord, rows: Rows) -> None:
    """Before the first and after the last sighting the object goes on, slower and slower."""
    for edge, stop, at_start in ((at[0], 0, True), (at[-1], len(boxes) - 1, False)):
        if edge == stop:
            continue
        speed = end_speed(rows, clip, at_start)
        path = clip.between(start + edge, start + stop)
        turn = -1 if at_start else 1
        for i in range(1, len(path)):
            away = clip.time(start + edge + turn * i) - clip.time(start + edge)
            gone = turn * SPEED_LASTS * (1 - np.exp(-abs(away) / SPEED_LASTS))
            box = boxes[edge] + np.tile(speed * gone, 2)
            boxes[edge + turn * i] = warped(box[None], path[i])[0]
