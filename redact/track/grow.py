"""How much larger than its best estimate a box is drawn: by speed, doubt and unsteadiness."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Target
from .geometry import Boxes, grown, to_boxes, to_centres, union

UNCERTAIN = 0.5
"""Growth per second away from the nearest sighting, share of the box's size on every side."""

MOST_UNCERTAIN = 0.25

ERROR: Final[dict[Target, tuple[float, float, float, float]]] = {
    Target.FACE: (0.08, 0.28, 0.08, 0.03),
    Target.PLATE: (0.08, 0.08, 0.08, 0.08),
}
"""Growth of every box on its left, top, right and bottom, share of its size. Where the detector
ends a face at the eyebrows, people who label faces go up to the hair."""

LEAST_ERROR = 3.0
"""And at least so many pixels: a codec smears what it draws over its blocks."""

STEADY_TIME = 0.2
"""Seconds to both sides over which a box may not be smaller than its usual size: a detector
that sees half a face in one frame must not uncover the other half."""


def enlarged(
    boxes: Boxes,
    seen: NDArray[np.intp],
    detected: NDArray[np.intp],
    times: NDArray[np.float64],
    target: Target,
    drift: tuple[float, float, float],
) -> Boxes:
    """Boxes of one track, one per frame, each containing the box it came from.

    Args:
        boxes: [N, 4] best estimates.
        seen: rows with a sighting, rising, at least one.
        detected: rows with a detection, rising.
        times: [N] seconds.
        target: what it is.
        drift: see `TrackSettings`.
    """
    doubt = np.minimum(UNCERTAIN * _away(times, seen), MOST_UNCERTAIN)
    if len(detected):
        since = _away(times, detected)
        at_once, per_second, most = drift
        followed = np.minimum(at_once + per_second * since, most)
        doubt = np.maximum(doubt, np.where(since > 0, followed, 0.0))
    steady = _steady(boxes, times)
    out = union(_corrected(grown(boxes, doubt), target), _corrected(steady, target))
    return _smeared(out, boxes)


def _corrected(boxes: Boxes, target: Target) -> Boxes:
    """Boxes with what the detector leaves out on each side."""
    left, top, right, bottom = ERROR.get(target, ERROR[Target.PLATE])
    width, height = (boxes[:, 2:] - boxes[:, :2]).T[:, :, None]
    low = np.concatenate([width * left, height * top], axis=1)
    high = np.concatenate([width * right, height * bottom], axis=1)
    low, high = np.maximum(low, LEAST_ERROR), np.maximum(high, LEAST_ERROR)
    return np.concatenate([boxes[:, :2] - low, boxes[:, 2:] + high], axis=1)


def _away(times: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """[N] seconds to the nearest of `rows`."""
    marks = times[rows]
    right = np.clip(np.searchsorted(marks, times), 0, len(marks) - 1)
    left = np.clip(right - 1, 0, None)
    return np.asarray(np.minimum(np.abs(times - marks[right]), np.abs(times - marks[left])))


def _steady(boxes: Boxes, times: NDArray[np.float64]) -> Boxes:
    """Boxes with at least the median width and height of their neighbourhood."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    half = int(np.clip(round(STEADY_TIME / max(step, 1e-3)), 1, 15))
    centres = to_centres(boxes)
    padded = np.pad(centres[:, 2:], ((half, half), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    usual = np.median(windows, axis=-1)
    centres[:, 2:] = np.maximum(centres[:, 2:], usual)
    return to_boxes(centres)


def _smeared(out: Boxes, boxes: Boxes) -> Boxes:
    """Every box reaches half the way to where the object is in the neighbouring frames: that
    is how far an open shutter can smear it, and it evens out unsteady detections."""
    if len(boxes) < 2:
        return out
    middle = (boxes[1:] + boxes[:-1]) / 2
    out = out.copy()
    out[:-1] = union(out[:-1], middle)
    out[1:] = union(out[1:], middle)
    return out
