"""How much larger than its best estimate a box is drawn: only by errors that were measured."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .geometry import Boxes, grown, union

UNSURE: Final = 0.20
"""Growth of an even guess, share of the box's size on every side. A detector that doubts whether
something is a face doubts where it ends as well: to hold 97 % of a face in 19 of 20 cases, a look
of a probability below .5 needed a margin of .37, one above .99 needed .13; every mask has .12.
Measured by `python -m benchmarks.real.misplaced --half dev`."""

BY_ODDS: Final = 0.045
"""How much less it is for each unit of log odds. Measured by the same command."""


def enlarged(
    boxes: Boxes,
    detected: NDArray[np.intp],
    scores: NDArray[np.float32],
    times: NDArray[np.float64],
) -> Boxes:
    """Boxes of one track, one per frame, each containing the box it came from.

    Args:
        boxes: [N, 4] best estimates.
        detected: rows with a detection, rising.
        scores: [N] probabilities, read at `detected` only.
        times: [N] seconds.
    """
    return _smeared(grown(boxes, _misplaced(detected, scores, times)), boxes)


def _misplaced(
    detected: NDArray[np.intp], scores: NDArray[np.float32], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """[N] by what share of its size a box may miss what it hides, certainty apart."""
    if not len(detected):
        return np.full(len(times), UNSURE)
    p = np.clip(scores[detected].astype(np.float64), 1e-4, 1 - 1e-4)
    odds = np.interp(times, times[detected], np.log(p / (1 - p)))
    return np.asarray(np.clip(UNSURE - BY_ODDS * odds, 0.0, UNSURE))


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
