"""What a plan hides in a frame, and how much of a detection that covers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import AGREEMENT
from ..plan import Plan
from ..render import mask_of, stamp_box
from ..settings import Stamp
from ..types import NEARBY_IOU, Box, Region, Target
from .limits import CORE

Mask = NDArray[np.uint8]
"""uint8 [H, W], not 0 where hidden."""

MakeMask = Callable[[], Mask]
"""Makes the mask of a frame, because only few frames need theirs."""


class Covers:
    """What a plan hides, and what it leaves visible by decision."""

    def __init__(self, plan: Plan, margin: float) -> None:
        self._plan = plan
        self._margin = margin
        self._alarms = frozenset(t.id for t in plan.tracks if t.action.unmasked)

    def mask(self, index: int, width: int, height: int) -> Mask:
        """The mask of a source frame, as `redact.render` draws it."""
        hidden = mask_of(self._plan.regions_at(index), width, height, self._margin)
        return hidden.view(np.uint8)

    def kept(self, index: int) -> list[Region]:
        """Regions that are visible by decision in a frame."""
        return self._plan.judged_at(index)

    def alarms(self, kept: list[Region]) -> frozenset[int]:
        """Ids of the tracks in `kept` that a person called a false alarm or cut off, so that nobody
        has decided to show a person there."""
        return self._alarms & {region.track for region in kept}


def with_boxes(hidden: Mask, regions: Sequence[Region]) -> Mask:
    """The mask, with whole boxes instead of silhouettes, for judging bodies, which detectors return
    as boxes."""
    height, width = hidden.shape
    shaped = [replace(r, silhouette=None) for r in regions if r.silhouette is not None]
    return hidden | mask_of(shaped, width, height, 0.0).view(np.uint8) if shaped else hidden


def shares_of_bodies(hidden: Mask, boxed: Mask, xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """`shares_covered` for bodies: boxes count instead of silhouettes if the silhouette fills as
    much of the detection as a body does. Otherwise a person in another one's box would count as
    hidden.

    Args:
        hidden: the mask.
        boxed: `with_boxes` of it.
        xyxy: boxes [N, 4] of detected bodies, in upright source pixels.
    """
    shape = shares_covered(hidden, xyxy)
    return np.where(shape >= AGREEMENT.least, shares_covered(boxed, xyxy), shape)


def stamped(stamp: Stamp | None, width: int, height: int) -> Mask | None:
    """Mask of a stamp in a picture of that size, in which the output may differ from the source;
    None if there is no stamp."""
    if stamp is None:
        return None
    mask = np.zeros((height, width), np.uint8)
    x1, y1, x2, y2 = map(int, stamp_box(stamp, width, height))
    mask[y1:y2, x1:x2] = 1
    return mask


def shares_covered(mask: Mask, xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of each box's pixels inside the picture that are hidden, float64 [N]; 1 if none is
    inside.

    Args:
        mask: of the frame.
        xyxy: boxes [N, 4], in upright source pixels.
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


def share_of_middle(mask: Mask, box: Box, target: Target) -> float:
    """Hidden share of a subject: of all of a plate, whose edges are sharp; of a face, of the
    ellipse in its box less `CORE` on each side."""
    x1, y1, x2, y2 = box.grown(-CORE) if target.spec.round else box
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


def by_decision(target: Target, box: Box, kept: list[Region]) -> bool:
    """Whether a detection is a subject that a person decided to leave visible.

    A decision is about one subject. It does not cover another target in the same place, or a much
    smaller one, such as a head that passes in front of the kept one.
    """
    return any(target.is_of(k.target) and _is_kept(box, k.box) for k in kept)


def _is_kept(box: Box, kept: Box) -> bool:
    as_large = NEARBY_IOU * kept.area <= box.area <= 2 * kept.area
    return box.iou(kept) >= NEARBY_IOU or (as_large and kept.holds_centre_of(box))
