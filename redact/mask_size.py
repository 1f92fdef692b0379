"""How large a mask is: everything that a mask has beyond the place of its object.

| step     | taken where            | what it covers                                    |
|----------|------------------------|---------------------------------------------------|
| `beyond` | tracks (`smoother`)    | doubt about the place, most where nothing was seen |
| `slack`  | keyframes of a track   | boxes off the line between two keyframes          |
| `unseen` | drawn masks, unchecked frames | movement while nobody could look           |
| `margin` | drawing                | what sure detections leave out; the user's choice |
"""

from __future__ import annotations

import math
from typing import Final

from .types import Box, PerKind, Target

AT_BORDER: Final = 0.05
"""Distance from the border, as a share of its size, within which a detected box counts as cut by
it: detectors' boxes end a pixel or two before it."""

BEYOND_MEAN: Final = PerKind(
    "mask_size: BEYOND_MEAN",
    {
        Target.FACE: (0.5, 0.06),
        Target.PLATE: (0.3, 0.04),
        Target.HEAD: (0.5, 0.06),
        Target.PERSON: (0.5, 0.06),
    },
)
"""How far a track's box reaches beyond the smoothed place of its object on every side: in standard
deviations of that place, and as a share of the size. The least that leave as few labelled faces and
plates open as more of either (`python -m lab.core`)."""


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
