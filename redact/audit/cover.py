"""What is hidden in a frame: from the plan; `changed.py` tells it from the pixels."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..render import mask_of
from ..types import Box, Region, Target


class Covers(Protocol):
    """Says what is hidden where."""

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """Hidden pixels of a frame: uint8 [H, W], not 0 where hidden.

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

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        height, width = output.shape
        hidden = mask_of(self._plan.regions_at(index), width, height, self._margin)
        return hidden.view(np.uint8)

    def kept(self, index: int) -> list[Region]:
        return self._plan.shown_at(index)


class Packed:
    """A frame's mask in an eighth of its memory, for as long as looks at the frame are open:
    dozens of frames may wait for one mosaic.

    Args:
        mask: uint8 [H, W], not 0 where hidden.
    """

    __slots__ = ("_bits", "shape")

    def __init__(self, mask: NDArray[np.uint8]) -> None:
        self.shape = mask.shape
        self._bits = np.packbits(mask, axis=1)

    def part(self, x1: int, y1: int, x2: int, y2: int) -> NDArray[np.uint8]:
        """A rectangle inside the picture, uint8 [y2 - y1, x2 - x1], 1 where hidden."""
        skipped = x1 // 8
        whole = np.unpackbits(self._bits[y1:y2, skipped : -(-x2 // 8)], axis=1)
        return whole[:, x1 - 8 * skipped : x2 - 8 * skipped]


def share_covered(mask: NDArray[np.uint8] | Packed, box: Box) -> float:
    """Share of a box's pixels inside the picture that are hidden; 1 if none is inside."""
    height, width = mask.shape
    x1, y1 = max(0, int(box.x1)), max(0, int(box.y1))
    x2, y2 = min(width, int(np.ceil(box.x2))), min(height, int(np.ceil(box.y2)))
    if x2 <= x1 or y2 <= y1:
        return 1.0
    part = mask.part(x1, y1, x2, y2) if isinstance(mask, Packed) else mask[y1:y2, x1:x2]
    return float(cv2.countNonZero(part)) / float((x2 - x1) * (y2 - y1))


def by_decision(target: Target, box: Box, kept: list[Region]) -> bool:
    """Whether a detection is a subject that somebody decided to leave visible.

    A decision is about one subject: it says nothing of another kind of thing in the same place,
    and nothing of a much smaller one, a head that passes before the kept one.
    """
    return any(k.target is target and _is_kept(box, k.box) for k in kept)


def _is_kept(box: Box, kept: Box) -> bool:
    x, y = box.centre
    inside = kept.x1 <= x <= kept.x2 and kept.y1 <= y <= kept.y2
    return box.iou(kept) >= 0.3 or (inside and kept.area / 4 <= box.area <= 2 * kept.area)
