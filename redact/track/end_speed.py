"""How fast an object moves at the ends of what was seen of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .clip import ClipRecord
from .geometry import to_centres, warped
from .log import Rows

SPEED_TIME = 0.3
"""Seconds at an end from which the speed is measured. Meaning: four looks."""


def end_speed(rows: Rows, clip: ClipRecord, at_start: bool) -> NDArray[np.float64]:
    """[2] pixels per second at the first or last sighting, camera motion taken off."""
    frames = rows["frame"]
    here = int(frames[0] if at_start else frames[-1])
    away = np.abs(np.array([clip.time(int(f)) for f in frames]) - clip.time(here))
    near = np.flatnonzero(away <= SPEED_TIME)
    other = int(near[-1] if at_start else near[0])
    span = clip.time(int(frames[other])) - clip.time(here)
    if span == 0:
        return np.zeros(2)
    there = warped(
        rows["box"][other : other + 1].astype(np.float64),
        clip.between(int(frames[other]), here)[-1],
    )
    mine = rows["box"][:1] if at_start else rows["box"][-1:]
    moved = to_centres(there)[0, :2] - to_centres(mine.astype(np.float64))[0, :2]
    return np.asarray(moved / span)
