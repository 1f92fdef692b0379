"""What is hidden in a frame: from the plan where there is one, from the pixels where not."""

from __future__ import annotations

from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..render import mask_of
from ..types import Action, Box, Region, Track
from .pixels import block_difference

_LEAST_CHANGE: Final = 6.0
"""Mean luma difference of a block that is hidden; codecs at usable rates stay below."""

_TIMES_NOISE: Final = 3.0
"""And at least this many times the frame's own median difference, which is codec noise."""


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

    def kept(self, index: int) -> list[Box]:
        """Boxes that are visible by decision."""


class PlanCovers:
    """The plan's masks, as `redact.render` draws them."""

    def __init__(self, plan: Plan, margin: float) -> None:
        self._plan = plan
        self._margin = margin
        self._kept = [t for t in plan.tracks if t.action is Action.KEEP]

    def regions(self, index: int) -> list[Region]:
        return self._plan.regions_at(index)

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        height, width = output.shape
        hidden = mask_of(self._plan.regions_at(index), width, height, self._margin)
        return hidden.view(np.uint8)

    def kept(self, index: int) -> list[Box]:
        here = (t.at(index) for t in self._kept)
        return [k.box for k in here if k is not None]

    def tracks(self) -> tuple[Track, ...]:
        return self._plan.tracks


class PixelCovers:
    """Hidden is what differs from the source by more than a codec explains.

    Flat parts of what was hidden may by chance equal their fill, so the convex hull of every
    connected changed area counts as hidden.
    """

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        blocks = block_difference(source, output)
        limit = max(_LEAST_CHANGE, _TIMES_NOISE * float(np.median(blocks)))
        changed = cv2.morphologyEx(
            (blocks >= limit).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
        )
        outlines, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hulls = np.zeros_like(changed)
        for outline in outlines:
            cv2.fillConvexPoly(hulls, cv2.convexHull(outline), 1)
        height, width = output.shape
        size = (blocks.shape[1] * 16, blocks.shape[0] * 16)
        full = cv2.resize(hulls, size, interpolation=cv2.INTER_NEAREST)
        return np.ascontiguousarray(full[:height, :width])

    def kept(self, index: int) -> list[Box]:
        return []


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


def by_decision(box: Box, kept: list[Box]) -> bool:
    """Whether a detection is a subject that somebody decided to leave visible."""
    x, y = box.centre
    return any(
        box.iou(k) >= 0.3 or (k.x1 <= x <= k.x2 and k.y1 <= y <= k.y2 and box.area <= 2 * k.area)
        for k in kept
    )
