"""Finds an object in the next (or the previous) frame by its appearance.

It uses the normalised correlation with two patches, from the frame before and from the last
detection: the first shows the object's present appearance, the second keeps the box from drifting
away. A step counts only if it also leads back (forward-backward check, Kalal et al. 2010). The same
step works forwards and backwards in time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Boxes
from .geometry import to_boxes, to_centres
from .patches import PATCH_REACH, Patches, pairwise_likeness, patches_of, sample
from .small_pictures import PATCH_SIDE, SmallFrame

WINDOW = 2 * PATCH_SIDE
"""Samples along one side of the search window: the object may be off its predicted place by 0.62 of
its own size in every direction."""

LEAST_RECENT_LIKENESS = 0.6
"""Smallest likeness to the frame before; and, if the frame before does not show the object, to the
last detection, because nothing else then shows that it is the same. It is a correlation, 1 for
equal patches; a judgement, not fitted."""

LEAST_ANCHOR_LIKENESS = 0.35
"""Smallest likeness to the last detection; below it, something else has taken its place. A
correlation, less than `LEAST_RECENT_LIKENESS`, as a head turns; a judgement, not fitted."""

MOST_RETURN_ERROR = 2.5
"""Cells (1/13 of the box) by which the way back may miss the start: a fifth of the box."""

SCALES = (0.94, 1.0, 1.064)
SCALE_GAIN = 0.01
"""Sizes that are tried, and by how much another must fit better: somebody who comes nearer grows by
less than 6 % a frame; noise must not make boxes fluctuate."""

COAST_SECONDS = 0.12
"""Seconds for which an object may be out of sight before it is lost: behind a post, in a flash,
while a head turns away and back."""

DISTANCE_COST = 0.15
"""Subtracted from the correlation at the window's edge: of two equal places, the nearer is right.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """The result of following N objects by one frame.

    Attributes:
        boxes: float64 [N, 4].
        patches: float32 [N, PATCH_SIDE, PATCH_SIDE], their present appearance.
        found: bool [N]; if False, `boxes` and `patches` have no meaning.
    """

    boxes: Boxes
    patches: Patches
    found: NDArray[np.bool_]


def step(
    here: SmallFrame,
    there: SmallFrame,
    boxes: Boxes,
    expected: Boxes,
    recent: Patches,
    anchor: Patches,
    blind: NDArray[np.bool_],
) -> Step:
    """Find objects of `here` in `there`.

    Args:
        boxes: [N, 4] their places in `here`.
        expected: [N, 4] their expected places in `there`.
        recent: their patches in `here`.
        anchor: their patches when last detected.
        blind: [N], True if the object was not found in `here`, so that the way back cannot be
            checked.
    """
    if not len(boxes):
        return Step(boxes, recent, np.zeros(0, np.bool_))
    windows = sample(there, expected, WINDOW, PATCH_REACH * WINDOW / PATCH_SIDE)
    shift = np.stack([_peak(w, r, a) for w, r, a in zip(windows, recent, anchor, strict=True)])
    places = _shifted(expected, shift)
    places, patches = _rescaled(there, places, recent + anchor)
    found = (
        (pairwise_likeness(patches, recent) >= LEAST_RECENT_LIKENESS)
        & (
            pairwise_likeness(patches, anchor)
            >= np.where(blind, LEAST_RECENT_LIKENESS, LEAST_ANCHOR_LIKENESS)
        )
        & (blind | _leads_back(here, boxes, patches))
        & _inside(places, there)
    )
    return Step(places, patches, found)


def _peak(window: NDArray[np.float32], recent: Patches, anchor: Patches) -> NDArray[np.float64]:
    """Shift in cells (x, y) at which both patches fit best together."""
    surface = cv2.matchTemplate(window, recent, cv2.TM_CCOEFF_NORMED)
    surface = surface + cv2.matchTemplate(window, anchor, cv2.TM_CCOEFF_NORMED)
    fit = np.asarray(surface, np.float64) / 2
    fit = np.fmax(fit, -1.0, out=fit) - _DISTANCE
    y, x = divmod(int(fit.argmax()), fit.shape[1])
    return np.array([_vertex(fit[y, :], x), _vertex(fit[:, x], y)]) - PATCH_SIDE / 2


_AXIS = (np.arange(WINDOW - PATCH_SIDE + 1) - PATCH_SIDE / 2) / (PATCH_SIDE / 2)
_DISTANCE = (DISTANCE_COST * (_AXIS[:, None] ** 2 + _AXIS[None, :] ** 2)).astype(np.float32)


def _vertex(line: NDArray[np.float64], at: int) -> float:
    """Peak of the parabola through the maximum and its neighbours."""
    if not 0 < at < len(line) - 1:
        return float(at)
    left, mid, right = float(line[at - 1]), float(line[at]), float(line[at + 1])
    bend = left - 2 * mid + right
    return at + (0.5 * (left - right) / bend if bend < -1e-9 else 0.0)


def _shifted(boxes: Boxes, cells: NDArray[np.float64]) -> Boxes:
    centres = to_centres(boxes)
    centres[:, :2] += cells * np.maximum(centres[:, 2:], 1.0) * (PATCH_REACH / PATCH_SIDE)
    return to_boxes(centres)


def _rescaled(small: SmallFrame, boxes: Boxes, patch: Patches) -> tuple[Boxes, Patches]:
    """The scale in `SCALES` that fits best, and the patch at it."""
    centres = to_centres(boxes)
    tries = np.concatenate(
        [to_boxes(np.hstack([centres[:, :2], centres[:, 2:] * s])) for s in SCALES]
    )
    patches = patches_of(small, tries).reshape(len(SCALES), len(boxes), PATCH_SIDE, PATCH_SIDE)
    fit = (patches * patch[None]).sum(axis=(2, 3)) / 2
    fit[SCALES.index(1.0)] += SCALE_GAIN
    best = fit.argmax(axis=0)
    each = np.arange(len(boxes))
    return tries.reshape(len(SCALES), -1, 4)[best, each], patches[best, each]


def _leads_back(here: SmallFrame, boxes: Boxes, patches: Patches) -> NDArray[np.bool_]:
    """Whether searching for the new patch in the frame before leads back to the start."""
    windows = sample(here, boxes, WINDOW, PATCH_REACH * WINDOW / PATCH_SIDE)
    out = np.zeros(len(boxes), np.bool_)
    for i, (window, patch) in enumerate(zip(windows, patches, strict=True)):
        surface = np.fmax(cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED), -1.0) - _DISTANCE
        y, x = divmod(int(surface.argmax()), surface.shape[1])
        out[i] = max(abs(x - PATCH_SIDE / 2), abs(y - PATCH_SIDE / 2)) <= MOST_RETURN_ERROR
    return out


def _inside(boxes: Boxes, small: SmallFrame) -> NDArray[np.bool_]:
    """[N] whether a box's centre is inside the picture."""
    height, width = (side / small.scale for side in small.luma.shape)
    centre = to_centres(boxes)[:, :2]
    return np.asarray(((centre >= 0) & (centre <= (width, height))).all(axis=1))
