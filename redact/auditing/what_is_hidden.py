"""What is hidden in a frame: by the plan, or, without a plan, by the pixels: what the output no
longer shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detection import AGREEMENT
from ..plan import Plan
from ..render import mask_of, stamp_box
from ..settings import Stamp
from ..types import Box, Region, Target
from .limits import LIMITS, Limits
from .planes import COMPARED_BLOCK, block_difference

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

    def alarms(self, kept: list[Region]) -> frozenset[int]:
        """Tracks of those that a person called a false alarm, or cut off: nobody has decided to
        show somebody there."""


class PlanCovers:
    """The plan's masks, as `redact.render` draws them."""

    def __init__(self, plan: Plan, margin: float) -> None:
        self._plan = plan
        self._margin = margin
        self._alarms = frozenset(t.id for t in plan.tracks if t.action.unmasked)

    def mask(self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]) -> Mask:
        height, width = output.shape
        hidden = mask_of(self._plan.regions_at(index), width, height, self._margin)
        return hidden.view(np.uint8)

    def kept(self, index: int) -> list[Region]:
        return self._plan.judged_at(index)

    def alarms(self, kept: list[Region]) -> frozenset[int]:
        return self._alarms & {region.track for region in kept}


def with_boxes(hidden: Mask, regions: Sequence[Region]) -> Mask:
    """What is hidden, with the whole box of everybody who is hidden as a silhouette: for judging
    bodies, which detectors frame by boxes."""
    height, width = hidden.shape
    shaped = [replace(r, silhouette=None) for r in regions if r.silhouette is not None]
    return hidden | mask_of(shaped, width, height, 0.0).view(np.uint8) if shaped else hidden


def shares_of_bodies(hidden: Mask, boxed: Mask, xyxy: NDArray[np.floating]) -> NDArray[np.float64]:
    """As `shares_covered`, of bodies: the box of a silhouette counts where the silhouette takes up
    as much as a body does. A person beside another one in that one's box is not hidden with them.

    Args:
        hidden: what is hidden.
        boxed: `with_boxes` of it.
        xyxy: [N, 4], upright source pixels.
    """
    shape = shares_covered(hidden, xyxy)
    return np.where(shape >= AGREEMENT.least, shares_covered(boxed, xyxy), shape)


def stamped(stamp: Stamp | None, width: int, height: int) -> Mask | None:
    """Where a stamp stands in a picture of that size: what differs there from the source is no
    defect, and is no mask either. None where there is no stamp."""
    if stamp is None:
        return None
    mask = np.zeros((height, width), np.uint8)
    x1, y1, x2, y2 = map(int, stamp_box(stamp, width, height))
    mask[y1:y2, x1:x2] = 1
    return mask


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
    """Whether a detection is a subject that a person decided to leave visible.

    A decision is about one subject: it says nothing of another kind of thing in the same place,
    and nothing of a much smaller one, a head that passes before the kept one.
    """
    return any(target.is_of(k.target) and _is_kept(box, k.box, limits.same) for k in kept)


def _is_kept(box: Box, kept: Box, same: float) -> bool:
    as_large = same * kept.area <= box.area <= 2 * kept.area
    return box.iou(kept) >= same or (as_large and kept.holds_centre_of(box))


class PixelCovers:
    """Hidden is what differs from the source by more than a codec explains and has lost its detail.

    A face that was made brighter, lightly blurred or made of small blocks has changed, too, and
    is still there. So a changed place only counts as hidden where the source's detail is gone at
    every scale. Flat parts of what was hidden may by chance equal their fill, so the convex hull of
    every connected area counts.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits

    def mask(
        self, index: int, source: NDArray[np.uint8], output: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        changed = _changed(source, output, self._limits)
        if not changed.any():
            return changed
        left = survives(source, output, changed, self._limits)
        # The outline of a cover may resemble that of a head; within it there is nothing to see.
        left[_one_tone(output, changed, self._limits) > 0] = 0
        hidden = np.asarray(cv2.subtract(changed, left), np.uint8)
        # Narrower than five pixels is the rim of what survives, not something that was drawn.
        gone = cv2.morphologyEx(hidden, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        outlines, _ = cv2.findContours(gone, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hulls = np.zeros_like(gone)
        for outline in outlines:
            cv2.fillConvexPoly(hulls, cv2.convexHull(outline), 1)
        return np.asarray(cv2.subtract(hulls, left), np.uint8)

    def kept(self, index: int) -> list[Region]:
        return []

    def alarms(self, kept: list[Region]) -> frozenset[int]:
        return frozenset()


def _changed(
    source: NDArray[np.uint8], output: NDArray[np.uint8], limits: Limits
) -> NDArray[np.uint8]:
    """Pixels of 16×16 blocks that differ by more than a codec explains, uint8 [H, W], 0 or 1."""
    blocks = block_difference(source, output)
    # Nearly all of the picture may be hidden: what the codec does is told by the rest.
    usual = float(np.quantile(blocks, 1 - limits.within))
    limit = max(limits.changed, limits.changed_times * usual)
    marked = cv2.morphologyEx(
        (blocks >= limit).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    )
    height, width = source.shape
    size = (blocks.shape[1] * COMPARED_BLOCK, blocks.shape[0] * COMPARED_BLOCK)
    full = cv2.resize(marked, size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(full[:height, :width])


def _one_tone(
    output: NDArray[np.uint8], changed: NDArray[np.uint8], limits: Limits
) -> NDArray[np.uint8]:
    """Where one flat tone fills much of a changed place, uint8 [H, W], 1 where so.

    Not in coarse blocks, each of a tone of its own: together they may show who was there.
    """
    values, window = output.astype(np.float32), (5, 5)
    spread = cv2.blur(values * values, window) - cv2.blur(values, window) ** 2
    flat = (spread <= (limits.texture / 3) ** 2).view(np.uint8) & changed
    _, places, sizes, _ = cv2.connectedComponentsWithStats(changed)
    count, tones, stats, _ = cv2.connectedComponentsWithStats(flat)
    large = np.zeros(count, np.uint8)
    for number in range(1, count):
        x, y = stats[number, cv2.CC_STAT_LEFT], stats[number, cv2.CC_STAT_TOP]
        column = int(np.argmax(tones[y, x:] == number))
        place = sizes[places[y, x + column], cv2.CC_STAT_AREA]
        large[number] = _TONES * stats[number, cv2.CC_STAT_AREA] >= place
    return np.asarray(large[tones], np.uint8)


_TONES = 4
"""Tones in which nobody is known any more."""


def survives(
    source: NDArray[np.uint8],
    output: NDArray[np.uint8],
    changed: NDArray[np.uint8],
    limits: Limits = LIMITS,
) -> NDArray[np.uint8]:
    """Where the output still shows detail of the source, at any of several scales.

    Args:
        source, output: luma of one frame, uint8 [H, W].
        changed: uint8 [H, W], not 0 where an answer is wanted.

    Returns:
        uint8 [H, W], 1 where the detail survives; flat places are 0.
    """
    found = np.zeros_like(changed)
    for factor, (x1, y1, x2, y2) in _parts(changed, limits):
        small = (max(1, (x2 - x1) // factor), max(1, (y2 - y1) // factor))
        a, b, where = (
            cv2.resize(p[y1:y2, x1:x2], small, interpolation=cv2.INTER_AREA).astype(np.float32)
            for p in (source, output, changed.astype(np.float32))
        )
        same = _alike(a, b, where, limits)
        large = cv2.resize(same, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
        found[y1:y2, x1:x2] |= np.asarray(large, np.uint8)
    return found


def _parts(
    changed: NDArray[np.uint8], limits: Limits
) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    """Every scale of every changed area's surroundings, as (factor, left, top, right, bottom)."""
    height, width = changed.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(changed)
    for x, y, w, h, _ in stats[1:count]:
        for factor in limits.scales:
            if factor > 1 and min(w, h) < limits.window * factor:
                continue  # one window holds all of it: that is no longer detail
            room = limits.window * factor
            yield (
                factor,
                (
                    int(max(0, x - room)),
                    int(max(0, y - room)),
                    int(min(width, x + w + room)),
                    int(min(height, y + h + room)),
                ),
            )


def _alike(
    a: NDArray[np.float32], b: NDArray[np.float32], changed: NDArray[np.float32], limits: Limits
) -> NDArray[np.uint8]:
    """1 where two pictures share their detail; float32 [h, w] each, `changed` from 0 to 1."""
    window = (limits.window, limits.window)
    difference = np.abs(a - b)
    near = (cv2.blur(difference, (limits.window // 2,) * 2) >= limits.changed).astype(np.float32)
    within = cv2.blur(near * (changed > 0.5), window) >= limits.within
    # Where nothing changed, the pictures agree anyway, and would speak for what lies beside it.
    differs = (cv2.blur(difference, (3, 3)) >= limits.changed / 2).astype(np.float32)
    weight = cv2.blur(differs, window)
    # A smooth fill continues what lies around it and so shares its broad light and shade.
    a, b = (p - cv2.GaussianBlur(p, (0, 0), limits.window / 4) for p in (a, b))
    aa, bb, ab = (
        cv2.blur(p * q * differs, window) / np.maximum(weight, 1e-6)
        for p, q in ((a, a), (b, b), (a, b))
    )
    match = ab / np.sqrt(np.maximum(aa * bb, 1e-6))
    gain = ab / np.maximum(aa, 1e-6)
    telling = within & (aa >= limits.texture**2)
    same = telling & (match >= limits.detail) & (gain >= limits.gain)
    return np.asarray(cv2.dilate(same.astype(np.uint8), np.ones(window, np.uint8)), np.uint8)
