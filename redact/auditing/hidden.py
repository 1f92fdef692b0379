"""What is hidden in a frame, from the plan; `hidden_without_plan.py` tells it from the pixels."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..render import mask_of
from ..types import Box, Region, Target
from .limits import Limits

Mask = NDArray[np.uint8]
"""uint8 [H, W], not 0 where hidden."""


class Covers(Protocol):
    """Says what is hidden where."""

    def mask(self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]) -> Mask:
        """Hidden pixels of a frame.

        Args:
            index: of the source frame.
            source, output: luma, uint8 [H, W].
        """

    def kept(self, index: int) -> list[Region]:
        """Subjects that are visible by decision in a frame."""


class PlanCovers:
    """The plan's masks, as `redact.render` draws them."""

    def __init__(self, plan: Plan, margin: float) -> None:
        self._plan = plan
        self._margin = margin

    def mask(self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]) -> Mask:
        height, width = output.shape
        hidden = mask_of(self._plan.regions_at(index), width, height, self._margin)
        return hidden.view(np.uint8)

    def kept(self, index: int) -> list[Region]:
        return self._plan.shown_at(index)


def shares_covered(mask: Mask, xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """[N] share of each box's pixels inside the picture that are hidden; 1 if none is inside.

    Args:
        xyxy: [N, 4], upright source pixels.
    """
    height, width = mask.shape
    low = np.floor(xyxy[:, :2]).astype(np.intp)
    high = np.ceil(xyxy[:, 2:]).astype(np.intp)
    size = np.array([width, height])
    (x1, y1), (x2, y2) = np.clip(low, 0, size).T, np.clip(high, 0, size).T
    total = cv2.integral((mask != 0).view(np.uint8))
    inside = total[y2, x2] - total[y1, x2] - total[y2, x1] + total[y1, x1]
    area = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    return np.asarray(np.where(area > 0, inside / np.maximum(area, 1), 1.0))


def share_covered(mask: Mask, box: Box) -> float:
    """The same of one box."""
    return float(shares_covered(mask, np.array([box]))[0])


def middle_of(box: Box, target: Target, core: float) -> Box:
    """What must not show of a thing: of a plate, whose edges are sharp, all of it; of a face its
    box less `core` on every side, share of its size."""
    return box.grown(-core) if target.spec.round else box


def share_of_middle(mask: Mask, box: Box, target: Target, core: float) -> float:
    """Share of the middle of a thing that is hidden: of a face the ellipse, for the corners of its
    box show what is behind it, of anything else the box.

    Args:
        core: see `middle_of`.
    """
    x1, y1, x2, y2 = middle_of(box, target, core)
    height, width = mask.shape
    columns = np.arange(max(0, int(x1)), min(width, int(np.ceil(x2))))
    rows = np.arange(max(0, int(y1)), min(height, int(np.ceil(y2))))
    if not len(columns) or not len(rows):
        return 1.0
    part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] != 0
    if not target.spec.round:
        return float(part.mean())
    (x, y), across, down = box.centre, max(x2 - x1, 1.0) / 2, max(y2 - y1, 1.0) / 2
    far = ((columns + 0.5 - x) / across) ** 2 + (((rows + 0.5 - y) / down) ** 2)[:, None]
    inside = far <= 1
    return float(part[inside].mean()) if inside.any() else float(part.mean())


def by_decision(target: Target, box: Box, kept: list[Region], limits: Limits) -> bool:
    """Whether a detection is a subject that somebody decided to leave visible.

    A decision is about one subject: it says nothing of another kind of thing in the same place,
    and nothing of a much smaller one, a head that passes before the kept one.
    """
    return any(
        target in (k.target, k.target.spec.audited) and _is_kept(box, k.box, limits.same)
        for k in kept
    )


def _is_kept(box: Box, kept: Box, same: float) -> bool:
    x, y = box.centre
    inside = kept.x1 <= x <= kept.x2 and kept.y1 <= y <= kept.y2
    return box.iou(kept) >= same or (inside and same * kept.area <= box.area <= 2 * kept.area)
