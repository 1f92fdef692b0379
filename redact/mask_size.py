"""How large a mask is: every step from the detected box to the mask that hides the object.

The steps, in order. Each returns boxes that contain those of the step before; no other file
enlarges a mask.

| step     | taken where            | what it covers                                    |
|----------|------------------------|---------------------------------------------------|
| `border` | tracks (`steps`)       | the part that the picture's border cuts off       |
| `fringe` | tracks (`steps`)       | parts of a face that a single network framed      |
| `doubt`  | tracks (`steps`)       | errors of an unsure detection, or a single one    |
| `blur`   | tracks (`steps`)       | motion blur                                       |
| `steady` | tracks (`steps`)       | jumps in size from one frame to the next          |
| `slack`  | keyframes of a track   | boxes off the line between two keyframes          |
| `unseen` | gaps, unchecked frames | movement while the object was not detected        |
| `margin` | drawing                | what sure detections leave out; the user's choice |
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .types import OUTWARD, SINGLE_DETECTION_FRINGE, Box, Boxes, PerKind, Target, log_odds, union


@dataclass(frozen=True, slots=True)
class Sighted:
    """One object over time, as the steps need it.

    Attributes:
        target: what it is.
        boxes: float64 [N, 4], one per frame: the best estimates of its place, upright pixels.
        times: float64 [N], seconds.
        detected: rows with a detection, rising.
        scores: float32 [N], probabilities, read at `detected` only.
        fringe: float32 [len(detected), 4], of the detections (`Detections.fringe`).
        picture: upright width and height.
        certainty: probability that it is a real object of its target.
    """

    target: Target
    boxes: Boxes
    times: NDArray[np.float64]
    detected: NDArray[np.intp]
    scores: NDArray[np.float32]
    fringe: NDArray[np.float32]
    picture: tuple[int, int]
    certainty: float = 1.0

    @property
    def size(self) -> NDArray[np.float64]:
        """[N, 4] the width (of left and right sides) or height (of top and bottom) of each box."""
        return np.tile(self.boxes[:, 2:] - self.boxes[:, :2], 2)

    @property
    def mean_side(self) -> NDArray[np.float64]:
        """[N, 1] the square root of the area of each box."""
        return np.asarray(np.sqrt(np.prod(self.size[:, :2], axis=1, keepdims=True)))


def enlarged(seen: Sighted) -> Boxes:
    """The boxes after all steps of a track: float64 [N, 4]."""
    *_, (_, boxes) = steps(seen)
    return boxes


def steps(seen: Sighted) -> Iterator[tuple[str, Boxes]]:
    """Each step of a track, by name, with the boxes after it; the first is `seen` itself."""
    yield "seen", seen.boxes
    seen = replace(seen, boxes=border(seen))
    yield "border", seen.boxes
    boxes = seen.boxes
    for step in (fringe, doubt, blur, steady) if seen.target.spec.round else (doubt, blur, steady):
        boxes = step(seen, boxes)
        yield step.__name__, boxes


AT_BORDER: Final = 0.05
"""Distance from the border, as a share of its size, within which a detected box counts as cut by
it: detectors' boxes end a pixel or two before it."""

LARGEST_ASPECTS: Final = PerKind(
    "mask_size: LARGEST_ASPECTS",
    {
        Target.FACE: (1.0, 1.6),
        Target.PLATE: (3.2, 0.6),
        Target.HEAD: (1.1, 1.5),
        Target.PERSON: (0.8, 3.5),
    },
)
"""Largest width in heights, and height in widths. Measured: of the 284 faces in the labels of dev
(`lab/real/labels_dev*.json`) that no border cuts, nine in ten are no wider, and nineteen in twenty
no taller; of 46 plates nine in ten. Heads: faces with `TargetSpec.reach` around them. People:
somebody who stands with arms beside the body, or walks; a judgement."""


def cut_by_border(boxes: Boxes, picture: tuple[int, int]) -> NDArray[np.bool_]:
    """[N, 4] whether the border of a picture (width, height) cuts each side of boxes [N, 4]."""
    edges = np.array([0, 0, *picture], np.float64)
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return np.asarray((boxes - edges) * OUTWARD >= -AT_BORDER * size)


def border(seen: Sighted) -> Boxes:
    """Extend objects that the border of the picture cuts.

    A detector frames the part inside the picture. Followed from there, an object would keep the
    size of that part while both of its sides move, and more and more of it would be open between
    the border and the mask. So until it is detected again, the side at the border stays there, as
    long as the box is no larger than a whole face or plate. Detections stay as they are.
    """
    boxes, detected = seen.boxes, seen.detected
    if not len(detected):
        return boxes
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    cut = cut_by_border(boxes[detected], seen.picture)
    after = np.searchsorted(detected, np.arange(len(boxes)))
    before = np.maximum(after - 1, 0)
    cut_here = cut[before] | cut[np.minimum(after, len(detected) - 1)]
    cut_here[detected] = False
    wide, tall = LARGEST_ASPECTS[seen.target]
    largest = np.stack([wide * height, tall * width] * 2, axis=1)
    # From the opposite side; no farther than to the border.
    whole = np.roll(boxes, 2, axis=1) + OUTWARD * largest
    low, high = np.maximum(whole[:, :2], 0), np.minimum(whole[:, 2:], seen.picture)
    whole = np.concatenate([low, high], axis=1)
    larger = np.where(whole * OUTWARD > boxes * OUTWARD, whole, boxes)
    return np.asarray(np.where(cut_here, larger, boxes))


def fringe(seen: Sighted, boxes: Boxes) -> Boxes:
    """Extend a face to the farthest side that any network framed."""
    reach = np.full(boxes.shape, SINGLE_DETECTION_FRINGE)
    if len(seen.detected):
        at = seen.times[seen.detected]
        reach = np.stack([np.interp(seen.times, at, side) for side in seen.fringe.T], axis=1)
    return np.asarray(boxes + OUTWARD * seen.size * reach)


UNSURE: Final = PerKind(
    "mask_size: UNSURE",
    {Target.FACE: 0.125, Target.PLATE: 0.08, Target.HEAD: 0.125, Target.PERSON: 0.20},
)
"""Growth on every side. For a face, beyond its fringe, at a detection of probability .5, as a share
of the box's width and height: a detector that is unsure whether something is a face is also unsure
where it ends. To hold 97 % of a face in 19 of 20 cases, a detection below .5 needed a margin of .27
beyond its fringe, one above .99 needed .08; every mask has .12. For a plate that was detected once,
as a share of the root of its area: to hold 99 % of nine in ten plates, scans of stills needed .15,
and boxes of tracks .05 (moved stills); every mask has .08. Measured by `python -m
lab.real.misplaced --half dev`, plates with `--stills`. Bodies have no fringe."""

BY_ODDS: Final = 0.045
"""Decrease of this growth per unit of log odds. Measured by the same command."""


def doubt(seen: Sighted, boxes: Boxes) -> Boxes:
    """Extend uncertain detections. If a detection is unsure of a face, it is also unsure where the
    face ends; a mask grows by that in proportion to the belief in its track, because most tracks
    with little belief hide nobody. A plate ends at its edge, however unsure its detection; but
    every scan misses another part of it, so many scans together miss less."""
    most = UNSURE[seen.target]
    if not seen.target.spec.round:
        beyond = most / np.sqrt(max(1, len(seen.detected)))
        return np.asarray(boxes + OUTWARD * seen.mean_side * beyond)
    share = np.full(len(boxes), most)
    if len(seen.detected):
        odds = log_odds(seen.scores[seen.detected].astype(np.float64))
        odds = np.interp(seen.times, seen.times[seen.detected], odds)
        share = np.clip(most - BY_ODDS * odds, 0.0, most)
    return np.asarray(boxes + OUTWARD * seen.size * (share * seen.certainty)[:, None])


def blur(seen: Sighted, boxes: Boxes) -> Boxes:
    """Extend every box half-way to the object's places in the neighbouring frames: motion can blur
    it that far, and unsteady detections are evened out."""
    if len(boxes) < 2:
        return boxes
    middle = (seen.boxes[1:] + seen.boxes[:-1]) / 2
    boxes = boxes.copy()
    boxes[:-1] = union(boxes[:-1], middle)
    boxes[1:] = union(boxes[1:], middle)
    return boxes


CALM: Final = 1.25
"""Largest change of a mask's area per second, as a share of it, if nothing moves: a twentieth from
frame to frame at 25 frames a second. A moving object's area may change by as large a share as it
moves of its size. A faster change comes from an inaccurate detection, and a jumping mask draws
every eye; so the neighbouring box is made larger, never one smaller."""


def steady(seen: Sighted, boxes: Boxes) -> Boxes:
    """Enlarge boxes so that their size does not jump between neighbouring frames."""
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    least = 1 / np.sqrt(1 + most_change(seen))
    frames = range(len(size))
    for here, there in (*pairwise(frames), *pairwise(frames[::-1])):
        size[there] = np.maximum(size[there], least[min(here, there)] * size[here])
    return np.hstack([centre - size / 2, centre + size / 2])


def most_change(seen: Sighted) -> NDArray[np.float64]:
    """[N - 1] largest share by which a mask's area may change from each frame to the next."""
    x, y = np.diff((seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2, axis=0).T
    side = np.maximum(seen.mean_side[:, 0], 1.0)
    moved = np.hypot(x, y) / np.maximum(side[1:], side[:-1])
    return np.asarray(np.maximum(CALM * np.diff(seen.times), moved))


KEYFRAME_SLACK: Final = 0.01
"""Keyframes are larger than the boxes by this share of the size, on every side, so that the boxes
between may leave the straight line between two keyframes. It is a pixel of a face of 100."""

UNSEEN_GROWTH: Final = 0.35
"""Growth of every side of a box (share of its size) in a frame in which its object was not
detected: an object seldom moves more than a third of its own size between neighbouring frames."""

MARGIN: Final = 0.12
"""Default margin of every mask, share of the box's size on every side: what a sure detection leaves
out (`python -m lab.real.misplaced --half dev`)."""

OF_RECTANGLES: Final = 2 / 3
"""Share of the margin that a rectangle gets, measured in the root of its area: what detections
leave out of a plate is as wide beside it as above it, however long it is. So a plate four times as
wide as high gets a sixth of its height on every side. Measured by the same command."""


SILHOUETTE_MARGIN: Final = 0.1
"""Growth of a silhouette, as a share of the growth of its box's shorter side: the margin of a box
makes up for boxes that end too early, but a silhouette was found inside it. Of 125 heads and faces
on dev .2, .1 and 0 leave the same one open, and hide 23.0, 22.4 and 21.8 % of the pictures; of
another 81 two were open with 0, and one with .12 and more."""


def unseen(box: Box) -> Box:
    """A box between two detections of its object, or in a frame that could not be checked."""
    return box.grown(UNSEEN_GROWTH)


def with_margin(box: Box, margin: float, target: Target) -> Box:
    """A box as it is drawn; a negative margin counts as 0."""
    margin = max(0.0, margin)
    if target.spec.round:
        return box.grown(margin)
    beyond = OF_RECTANGLES * margin * math.sqrt(box.area)
    return Box(box.x1 - beyond, box.y1 - beyond, box.x2 + beyond, box.y2 + beyond)


def without_margin(mask: Box, margin: float, target: Target) -> Box:
    """The box whose mask this is: the inverse of `with_margin`, for a mask that a person drew."""
    if margin <= 0 or mask.area <= 0:
        return mask
    if target.spec.round:
        return mask.grown(-margin / (1 + 2 * margin))
    share, (wide, tall) = OF_RECTANGLES * margin, (mask.width, mask.height)
    # `root`, that of the box's area, solves root² = (wide - 2·share·root) · (tall - 2·share·root).
    inner = math.sqrt((share * (wide - tall)) ** 2 + wide * tall)
    beyond = share * wide * tall / (share * (wide + tall) + inner)
    return Box(mask.x1 + beyond, mask.y1 + beyond, mask.x2 - beyond, mask.y2 - beyond)
