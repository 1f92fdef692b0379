"""How the camera moved between two frames, and where a scene is cut.

Corners (Shi and Tomasi 1994) are tracked by pyramidal Lucas-Kanade and a similarity is fitted
by RANSAC; objects that move by themselves are its outliers.

At a cut no motion explains the new picture: corners do not follow the camera, and blocks are not
found again anywhere near their places. Neither depends on brightness or contrast, so that cuts in
the dark are seen and lamps that go on are none. A cut must last: after a flash the old picture
comes back. Where all is black for a while, the pictures before and after it are compared. Over a
cut that is missed somebody may be taken for another; one that is imagined costs some looks.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import IDENTITY, Affine, scale_of
from .looks import unchanged
from .patches import FLAT
from .small_pictures import SmallFrame

LONG_SIDE = 320
"""Camera motion is measured in the first pyramid level that is not longer than this,
in pixels: camera motion is coarse, and small pictures are fast."""

CORNERS = 120
"""Corners that are followed at most; four numbers are told by far fewer."""

FEW = 12
"""Fewer corners than this say nothing; the camera is taken as standing still. A few
may all sit on one person who walks."""

AGREED = 0.35
"""Share of corners that must agree for a motion to be the camera's; and above which it is the same
scene. The ground may show less than half of the corners where a crowd walks, and after a
cut hardly any agree; a judgement, not fitted."""

MOST_SCALE = 1.25
"""Largest zoom between two frames that is believed: faster than any lens."""


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """Attributes:
    matrix: maps full-resolution pixels of the earlier frame to the later one.
    agreed: share of corners that follow `matrix`, 0 where there were none.
    """

    matrix: Affine
    agreed: float


STILL = CameraMotion(IDENTITY, 0.0)
"""No motion that any corner agreed to."""


UNMOVED = CameraMotion(IDENTITY, 1.0)
"""All of the picture agrees that nothing moved."""


def motion_between(earlier: SmallFrame, later: SmallFrame) -> CameraMotion:
    """Camera motion from `earlier` to `later`; `STILL` where it cannot be told."""
    if unchanged(earlier, later):
        return UNMOVED
    level = next(
        (i for i, p in enumerate(earlier.levels) if max(p.shape) <= LONG_SIDE),
        len(earlier.levels) - 1,
    )
    a, b = earlier.levels[level], later.levels[level]
    if a.shape != b.shape:
        return STILL
    corners = cv2.goodFeaturesToTrack(a, CORNERS, 0.01, 8)
    if corners is None or len(corners) < FEW:
        return STILL
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        a, b, corners.astype(np.float32), np.zeros_like(corners), winSize=(15, 15), maxLevel=3
    )
    good = found[:, 0] == 1
    if int(good.sum()) < FEW:
        return STILL
    start, end = corners[good, 0], moved[good, 0]
    # Coordinates of pixel centres become edges' coordinates before they are scaled up.
    factor = _full_pixels(earlier, level)
    matrix, inliers = cv2.estimateAffinePartial2D(
        (start + 0.5) * factor,
        (end + 0.5) * factor,
        method=cv2.RANSAC,
        ransacReprojThreshold=float(1.5 * factor),
        maxIters=300,
    )
    if matrix is None or inliers is None or not np.isfinite(matrix).all():
        return STILL
    agreed = float(inliers.sum()) / len(corners)
    scale = scale_of(matrix)
    # Of all that are followed at most: of few corners a third may sit on one car that passes.
    if inliers.sum() < AGREED * CORNERS or not 1 / MOST_SCALE < scale < MOST_SCALE:
        return CameraMotion(IDENTITY, agreed)
    return CameraMotion(np.asarray(matrix, np.float64), agreed)


def _full_pixels(small: SmallFrame, level: int) -> float:
    """Full-resolution pixels per pixel of a pyramid level."""
    return float(small.levels[0].shape[1] / small.levels[level].shape[1] / small.scale)


WIDE = 160
"""Pixels along the wide side of the pictures in which cuts are looked for: noise of dark
footage averages out, and a block still has features."""

BLOCK = 16
"""Pixels along the side of a block that is searched for in the picture before; what moves
inside a scene moves as a whole over less."""

SEARCHED = 16
"""Pixels by which a block may have moved: a tenth of the picture in a frame, which is
faster than anybody can see."""

SAME_SCENE = 1.1
"""Share of corners that follow the camera, plus how well blocks are found again (a correlation),
below which the picture is another one. Chosen on the clips of dev, as they are and darkened: of
frames that follow each other hardly any has less than 1.13; of two clips of the same room, with
another person in it, none had more than 1.07."""

DROP = 0.55
"""And so much less than between the two pictures before: half of what a cut takes off at
least; whoever swings a camera blurs one picture after the other. A judgement, looked at on dev."""

OTHER_SCENE = 0.7
"""Below this it is another picture whatever was before. Chosen with `SAME_SCENE`: of 50 pairs of
unrelated clips, as they are and darkened, none had more than .66."""

FLASH_TIME = 0.4
"""Seconds within which the old picture returns after a flash: longer than several flashes
on end last, shorter than a shot."""


class CutFinder:
    """Frames are pushed in order; `cuts` holds first frames of new scenes, rising."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self._recent: deque[SmallFrame] = deque()
        self._dark = False
        self._usual = 2.0
        self._suspects: list[_Suspect] = []
        self._cut_at = -math.inf

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Look at a frame; whether a new scene may start here (known for sure a little later).

        Args:
            small: an undamaged frame.
            agreed: share of corners that followed the camera from the frame before.
        """
        if _flat(small):  # between two scenes it may be black for a while
            self._dark = True
            return False
        self._settle(small)
        suspect = self._suspect(small, agreed) if self._recent else None
        if suspect is not None:
            self._suspects.append(suspect)
        self._dark = False
        self._recent.append(small)
        while small.time - self._recent[0].time > FLASH_TIME:
            self._recent.popleft()
        return suspect is not None

    def finish(self) -> None:
        """After the last frame: what has nothing in common with the old scene is a cut, and what
        may be a flash is none."""
        for suspect in self._suspects:
            other = replace(suspect, limit=OTHER_SCENE)
            if not other.is_over(self._recent[-1]):
                self._cut(suspect.first)
        self._suspects = []

    def _cut(self, first: SmallFrame) -> None:
        """A new scene begins here, unless one has just begun: no shot is so short."""
        if first.time - self._cut_at >= FLASH_TIME:
            self.cuts.append(first.index)
            self._cut_at = first.time

    def _suspect(self, small: SmallFrame, agreed: float) -> _Suspect | None:
        """A picture that is another than that before it, and than those before that one."""
        before, usual = self._recent[-1], self._usual
        self._usual = agreed + 1
        if agreed >= AGREED and not self._dark:
            return None
        if self._dark:
            usual, agreed = 2.0, motion_between(before, small).agreed
        self._usual = agreed + _found_again(before, small)
        limit = max(OTHER_SCENE, min(SAME_SCENE, usual - DROP))
        suspect = _Suspect(small, self._earlier(), limit)
        if self._usual >= limit or (not self._dark and suspect.is_over(small)):
            return None
        return suspect

    def _earlier(self) -> tuple[SmallFrame, ...]:
        """Some pictures of the last moments: the flash may have begun already."""
        count = len(self._recent)
        return tuple(self._recent[i] for i in sorted({0, count // 2, count - 1}))

    def _settle(self, now: SmallFrame) -> None:
        """Decide about suspects: the old scene is back (it was a flash), or stayed away (a cut)."""
        waiting = []
        for suspect in self._suspects:
            if suspect.is_over(now):
                break  # and what came after it was part of the flash
            if now.time - suspect.first.time < FLASH_TIME:
                waiting.append(suspect)
            else:
                self._cut(suspect.first)
        self._suspects = waiting


@dataclass(frozen=True, slots=True)
class _Suspect:
    """Attributes:
    first: of the new scene, if it is one.
    earlier: pictures before it.
    limit: likeness from which a picture is of their scene.
    """

    first: SmallFrame
    earlier: tuple[SmallFrame, ...]
    limit: float

    def is_over(self, now: SmallFrame) -> bool:
        """Whether the old scene is back: it was a flash."""
        return any(_likeness(one, now) >= self.limit for one in self.earlier)


def _flat(small: SmallFrame) -> bool:
    """Whether it shows nothing that could be told apart."""
    return float(small.levels[-1].std()) < FLAT


def _likeness(a: SmallFrame, b: SmallFrame) -> float:
    """0 to 2: share of corners that follow one motion, plus how well blocks are found again."""
    return motion_between(a, b).agreed + _found_again(a, b)


def _found_again(a: SmallFrame, b: SmallFrame) -> float:
    """Mean of the best correlations of the blocks of `b` near their places in `a`, each weighed by
    its contrast: where there is hardly any, noise is looked for, which is never found again. A
    block without contrast is found again where there was none before."""
    before, now = _narrow(a), _narrow(b)
    if before.shape != now.shape:
        return 0.0
    height, width = now.shape
    found, weights = [], []
    for y in range(0, height - BLOCK + 1, BLOCK):
        for x in range(0, width - BLOCK + 1, BLOCK):
            block = now[y : y + BLOCK, x : x + BLOCK]
            weights.append(max(float(block.std()), FLAT))
            if weights[-1] <= FLAT:
                found.append(float(before[y : y + BLOCK, x : x + BLOCK].std() < FLAT))
                continue
            top, left = max(0, y - SEARCHED), max(0, x - SEARCHED)
            around = before[top : y + BLOCK + SEARCHED, left : x + BLOCK + SEARCHED]
            fits = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
            found.append(float(np.nan_to_num(fits, nan=0.0, posinf=0.0, neginf=0.0).max()))
    return float(np.average(found, weights=weights)) if found else 0.0


def _narrow(small: SmallFrame) -> NDArray[np.uint8]:
    """The picture, `WIDE` along its longer side where it is no smaller."""
    picture = next((p for p in reversed(small.levels) if max(p.shape) >= WIDE), small.luma)
    factor = min(1.0, WIDE / max(picture.shape))
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
