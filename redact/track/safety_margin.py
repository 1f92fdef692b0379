"""How much larger than its best estimate a box is drawn: only by errors that were measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes, grown, to_boxes, to_centres, union

AWAY = 0.15
"""Growth per second away from the nearest sighting, share of the box's size on every side.
Meaning: where it was not seen it may have moved; a judgement, not fitted."""

FOLLOWED = 0.06
"""The same away from the nearest detection, where the box was followed. Meaning: less, as its
pixels were seen."""

MOST = 0.12
"""Growth at most, share of the size on every side. Meaning: a mask stays a quarter wider than what
it hides at most, its margin apart."""

STEADY_TIME = 0.2
"""Seconds to both sides over which a box may not be smaller than its usual size. Meaning: two
looks; a detector that sees half a face in one must not uncover the other half."""


def enlarged(
    boxes: Boxes,
    seen: NDArray[np.intp],
    detected: NDArray[np.intp],
    times: NDArray[np.float64],
) -> Boxes:
    """Boxes of one track, one per frame, each containing the box it came from.

    Args:
        boxes: [N, 4] best estimates.
        seen: rows with a sighting, rising, at least one.
        detected: rows with a detection, rising.
        times: [N] seconds.
    """
    doubt = AWAY * _away(times, seen)
    if len(detected):
        doubt = np.maximum(doubt, FOLLOWED * _away(times, detected))
    out = union(grown(boxes, np.minimum(doubt, MOST)), _steady(boxes, times))
    return _smeared(out, boxes)


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
