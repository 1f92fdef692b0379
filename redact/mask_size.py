"""How large a mask is: every step from the box in which something was seen to what hides it.

The steps, in order. Each returns boxes that contain those of the step before; no other file
enlarges a mask.

| step      | taken where             | what it covers                                          |
|-----------|-------------------------|---------------------------------------------------------|
| `border`  | tracks (`steps`)        | the part of somebody who is cut off by the border       |
| `fringe`  | tracks (`steps`)        | what a single network saw beyond the box, for a face    |
| `doubt`   | tracks (`steps`)        | where an unsure detection, or a single one, may end     |
| `blur`    | tracks (`steps`)        | what an open shutter smears                             |
| `steady`  | tracks (`steps`)        | jumps in size from one frame to the next                |
| `slack`   | keyframes of a track    | boxes between two keyframes that leave their straight line |
| `unseen`  | gaps, unchecked frames  | what moved where nobody saw it                          |
| `margin`  | drawing                 | what a sure detection leaves out, and the user's wish   |

`python -m lab.mask_size VIDEO` prints what each step added to the masks of a video.
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
    """One object over time, as the steps know it.

    Attributes:
        target: what it is.
        boxes: float64 [N, 4], one per frame: the best estimates of where it is, upright pixels.
        times: float64 [N], seconds.
        detected: rows with a detection, rising.
        scores: float32 [N], probabilities, read at `detected` only.
        fringe: float32 [len(detected), 4], of the detections (`Detections.fringe`).
        picture: upright width and height.
        certainty: probability that it is what it was taken for.
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
        """[N, 4] the width or height that belongs to each side of each box."""
        return np.tile(self.boxes[:, 2:] - self.boxes[:, :2], 2)

    @property
    def mean_side(self) -> NDArray[np.float64]:
        """[N, 1] the root of the area of each box."""
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
"""Share of its size from which a seen box ends at the border: detectors' boxes end a pixel or two
before it."""

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
(`lab/real/labels_dev*.json`) that no border cuts, nine in ten are no wider, and nineteen in
twenty no taller; of 46 plates nine in ten. Heads: faces with `TargetSpec.reach` around them.
People: somebody who stands with arms beside the body, or walks; a judgement."""


def border(seen: Sighted) -> Boxes:
    """What enters over the border of the picture continues beyond it.

    A detector sees the part that is in the picture. Whoever is followed from there keeps the size
    of that part, and both its sides move: more and more of the face would stay open between the
    border and the mask. So until it is seen again, the side that was at the border stays there, as
    long as what is hidden is no larger than a whole face or plate. Detections stay as they are.
    """
    boxes, detected = seen.boxes, seen.detected
    if not len(detected):
        return boxes
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    edges = np.array([0, 0, *seen.picture], np.float64)
    cut = ((boxes - edges) * OUTWARD >= -AT_BORDER * seen.size)[detected]
    after = np.searchsorted(detected, np.arange(len(boxes)))
    before = np.maximum(after - 1, 0)
    cut_here = cut[before] | cut[np.minimum(after, len(detected) - 1)]
    cut_here[detected] = False
    wide, tall = LARGEST_ASPECTS[seen.target]
    largest = np.stack([wide * height, tall * width] * 2, axis=1)
    # From the side that lies opposite; no farther than to the border.
    whole = np.roll(boxes, 2, axis=1) + OUTWARD * largest
    low, high = np.maximum(whole[:, :2], 0), np.minimum(whole[:, 2:], seen.picture)
    whole = np.concatenate([low, high], axis=1)
    larger = np.where(whole * OUTWARD > boxes * OUTWARD, whole, boxes)
    return np.asarray(np.where(cut_here, larger, boxes))


def fringe(seen: Sighted, boxes: Boxes) -> Boxes:
    """A face reaches as far as any network saw it."""
    reach = np.full(boxes.shape, SINGLE_DETECTION_FRINGE)
    if len(seen.detected):
        at = seen.times[seen.detected]
        reach = np.stack([np.interp(seen.times, at, side) for side in seen.fringe.T], axis=1)
    return np.asarray(boxes + OUTWARD * seen.size * reach)


UNSURE: Final = PerKind(
    "mask_size: UNSURE",
    {Target.FACE: 0.125, Target.PLATE: 0.08, Target.HEAD: 0.125, Target.PERSON: 0.20},
)
"""Growth on every side. Of a face, beyond its fringe, where a detection is an even guess, a share
of the box's width and height. A detector that doubts whether something is a face doubts where it
ends as well: to hold 97 % of a face in 19 of 20 cases, a detection below .5 needed a margin of .27
beyond its fringe, one above .99 needed .08; every mask has .12. Of a plate that was seen once, a
share of the root of its area: to hold 99 % of nine in ten plates, scans of stills needed .15, and
boxes of tracks .05 (moved stills); every mask has .08. Measured by `python -m lab.real.misplaced
--half dev`, plates with `--stills`. Bodies have no fringe."""

BY_ODDS: Final = 0.045
"""How much less it is for each unit of log odds. Measured by the same command."""


def doubt(seen: Sighted, boxes: Boxes) -> Boxes:
    """A detection that is unsure of a face is unsure of where it ends as well; a mask grows by that
    only as far as its track is believed, for of those that hardly are most hide nobody. A plate
    ends at its edge, however unsure a detector is that it is one; but every scan misses another
    part of it, so that many of them together miss less."""
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
    """Every box reaches half the way to where the object is in the neighbouring frames: an open
    shutter can smear it that far, and unsteady detections are evened out."""
    if len(boxes) < 2:
        return boxes
    middle = (seen.boxes[1:] + seen.boxes[:-1]) / 2
    boxes = boxes.copy()
    boxes[:-1] = union(boxes[:-1], middle)
    boxes[1:] = union(boxes[1:], middle)
    return boxes


CALM: Final = 1.25
"""By how much the area of a mask may change in a second, share of it, where nothing moves: a
twentieth from one frame to the next at 25 frames a second. What moves may change by as large a
share of its area as it moves of its size. What changes faster was a detection that was off, and a
mask that jumps draws every eye; the box beside it is made larger, never one smaller."""


def steady(seen: Sighted, boxes: Boxes) -> Boxes:
    """Boxes of neighbouring frames that do not jump in size."""
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    least = 1 / np.sqrt(1 + most_change(seen))
    frames = range(len(size))
    for here, there in (*pairwise(frames), *pairwise(frames[::-1])):
        size[there] = np.maximum(size[there], least[min(here, there)] * size[here])
    return np.hstack([centre - size / 2, centre + size / 2])


def most_change(seen: Sighted) -> NDArray[np.float64]:
    """[N - 1] share by which the area of a mask may change from each frame to the next."""
    x, y = np.diff((seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2, axis=0).T
    side = np.maximum(seen.mean_side[:, 0], 1.0)
    moved = np.hypot(x, y) / np.maximum(side[1:], side[:-1])
    return np.asarray(np.maximum(CALM * np.diff(seen.times), moved))


KEYFRAME_SLACK: Final = 0.01
"""Keyframes are larger than the boxes by this share of the size, on every side; the boxes between
may then leave the straight line between two keyframes. It is a pixel of a face of 100."""

UNSEEN_GROWTH: Final = 0.35
"""How much every side of a box grows (share of its size) in a frame in which nobody saw its thing:
an object seldom moves more than a third of its own size between neighbouring frames."""

MARGIN: Final = 0.12
"""The margin of every mask, share of the box's size on every side, where the user wants no other:
what a sure detection leaves out (`python -m lab.real.misplaced --half dev`)."""

OF_RECTANGLES: Final = 2 / 3
"""The margin of a rectangle is so much of it, as a share of the root of its area: what detections
leave out of a plate is as wide beside it as above it, however long it is. So a plate four times as
wide as it is high gets a sixth of its height on every side. Measured by the same command."""


SILHOUETTE_MARGIN: Final = 0.1
"""How far a silhouette grows, share of what the shorter side of its box would: the margin of a box
makes good for where a detector's box ends too early, and a silhouette was seen in it. Of 125 heads
and faces on dev .2, .1 and 0 leave the same one open, and hide 23.0, 22.4 and 21.8 % of the
pictures; of another 81 two were open with 0, and one with .12 and more."""


def unseen(box: Box) -> Box:
    """A box on the way between two places in which its thing was seen, or in a frame that could not
    be checked."""
    return box.grown(UNSEEN_GROWTH)


def with_margin(box: Box, margin: float, target: Target) -> Box:
    """A box as it is drawn. Whoever asks for a negative margin gets none."""
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
