"""How the camera moved between two frames, and where a scene is cut.

Corners (Shi and Tomasi 1994) are tracked by pyramidal Lucas-Kanade and a similarity is fitted
by RANSAC; objects that move by themselves are its outliers.

At a cut no motion explains the new picture: corners do not follow the camera, and blocks are not
found again anywhere near their places. How blocks are found depends on neither brightness nor
contrast, so that cuts in the dark are seen. Corners are lost where the light changes: there it
counts whether the blocks are found where one motion would have taken all of them, so that lamps
that go on, and flashes, are no cuts. A cut must last: after a flash the old picture comes back.
Where all is black for a while, the pictures before and after it are compared. Over a cut that is
missed somebody may be taken for another; one that is imagined costs some looks.
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

TOGETHER = 3
"""Pixels by which blocks may differ that move with a camera, which may turn as well."""

FITS = 0.5
"""Correlation from which a block is found again."""

ANYBODY = 0.8
"""Share of blocks, by contrast, that are found again by one motion in a picture of the same room
with other people in it, in other light: up to .82 on dev. Where a flash begins or ends it is more
than .84, nineteen times in twenty."""

LIT = 1.1
"""Times as bright as before, or as dark, from which the light has changed over a block. Corners are
followed by their brightness, and so are lost where a flash begins or ends."""

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

BURNT_OUT = 245
"""Luma from which a flash has burnt out what is there."""

SOME_BURNT, MOST_BURNT = 0.25, 0.9
"""Share of a block that is burnt out, above which it is not expected to be found again; and of a
picture, above which the rest tells nothing."""

FLASH_TIME = 0.4
"""Seconds within which the old picture returns after a flash: longer than several flashes
on end last, shorter than a shot."""


class CutFinder:
    """Frames are pushed in order; `cuts` holds first frames of new scenes, rising."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self._recent: deque[SmallFrame] = deque()
        self._dark = False
        self._usual = 0.0  # nobody knows yet how alike the pictures of this footage are
        self._suspects: list[_Suspect] = []
        self._cut_at = -math.inf

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Look at a frame; whether a new scene may start here (known for sure a little later).

        Args:
            small: an undamaged frame.
            agreed: share of corners that followed the camera from the frame before.
        """
        if _flat(small):  # between two scenes it may be black for a while, in a flash all white
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
        self._usual = _likeness(before, small, agreed)
        limit = max(OTHER_SCENE, min(SAME_SCENE, usual - DROP))
        suspect = _Suspect(small, self._earlier(), limit)
        if self._usual >= limit or (not self._dark and suspect.is_over(small)):
            return None
        return suspect

    def _earlier(self) -> tuple[SmallFrame, ...]:
        """Some pictures of the last moments, as far apart as one, in which most is to be seen: the
        flash may have begun already, and burn out what it lights."""
        count = len(self._recent)
        halves = range(0, (count + 1) // 2), range(count // 2, count)
        clearest = {max(half, key=lambda i: _contrast(self._recent[i])) for half in halves}
        return tuple(self._recent[i] for i in sorted({*clearest, count - 1}))

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
    """Whether it shows nothing, or next to nothing, that could be told apart."""
    return _contrast(small) < FLAT or _burnt(small.levels[-1]) > MOST_BURNT


def _burnt(picture: NDArray[np.uint8]) -> float:
    """Share of a picture that is burnt out."""
    return float((picture >= BURNT_OUT).mean())


def _contrast(small: SmallFrame) -> float:
    return float(small.levels[-1].std())


def _likeness(a: SmallFrame, b: SmallFrame, agreed: float | None = None) -> float:
    """0 to 2: share of corners that follow one motion, plus how well blocks are found again.

    Where the light has changed, corners are not found; there it counts how many blocks one motion
    takes to where they are.

    Args:
        a, b: pictures, `a` the earlier one.
        agreed: of the motion between them, if that is known.
    """
    if agreed is None:
        agreed = motion_between(a, b).agreed
    found, together = _blocks(a, b)
    return found + max(agreed, together)


def _blocks(a: SmallFrame, b: SmallFrame) -> tuple[float, float]:
    """How well the blocks of `b` are found again in `a`.

    Returns:
        Mean of the best correlations of blocks near their places, each weighed by its contrast:
        where there is hardly any, noise is looked for, which is never found again; a block without
        contrast is found again where there was none before. And, where the light has changed over
        most of the picture, how many are found again by one motion (`_together`), else 0.
    """
    if a.luma.shape != b.luma.shape:
        return 0.0, 0.0
    before, now = _without_bars(_narrow(a), _narrow(b))
    height, width = now.shape
    places = [
        (y, x)
        for y in range(0, height - BLOCK + 1, BLOCK)
        for x in range(0, width - BLOCK + 1, BLOCK)
    ]
    lit = _is_lit(before, now, places)
    found, weights = [], []
    moved: list[tuple[float, NDArray[np.float32]]] = []
    for y, x in places:
        block = now[y : y + BLOCK, x : x + BLOCK]
        weights.append(max(float(block.std()), FLAT))
        if weights[-1] <= FLAT:
            found.append(float(before[y : y + BLOCK, x : x + BLOCK].std() < FLAT))
            continue
        top, left = max(0, y - SEARCHED), max(0, x - SEARCHED)
        around = before[top : y + BLOCK + SEARCHED, left : x + BLOCK + SEARCHED]
        fits = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
        fits = np.nan_to_num(fits, nan=0.0, posinf=0.0, neginf=0.0)
        found.append(float(fits.max()))
        there = before[y : y + BLOCK, x : x + BLOCK]
        if lit and not (_burnt(there) > SOME_BURNT or _burnt(block) > SOME_BURNT):
            # By how much it moved, the same place for all blocks; what lies outside is unknown.
            where = np.full((2 * SEARCHED + 1,) * 2, np.nan, np.float32)
            down, right = top - y + SEARCHED, left - x + SEARCHED
            where[down : down + fits.shape[0], right : right + fits.shape[1]] = fits
            moved.append((weights[-1], where))
    if not found:
        return 0.0, 0.0
    enough = 10 * len(moved) >= len(places)  # a few are found together anywhere
    together = _together(moved) if moved and enough else 0.0
    return float(np.average(found, weights=weights)), together


def _is_lit(
    before: NDArray[np.uint8], now: NDArray[np.uint8], places: list[tuple[int, int]]
) -> bool:
    """Whether the light has changed over most blocks, named by their tops and lefts."""
    means = [
        [float(picture[y : y + BLOCK, x : x + BLOCK].mean()) + 1 for picture in (before, now)]
        for y, x in places
    ]
    ratio = float(np.median([after / first for first, after in means])) if means else 1.0
    return max(ratio, 1 / ratio) > LIT


def _together(moved: list[tuple[float, NDArray[np.float32]]]) -> float:
    """How many blocks are found again by one motion, that which fits all of them best: each by
    itself is found somewhere, whatever it is looked for in.

    Args:
        moved: of each block its weight and, by how much it may have moved, how well it fits.

    Returns:
        From 0, as for any two pictures of one room, to 1.
    """
    weights, fits = np.array([w for w, _ in moved]), np.stack([m for _, m in moved])
    known = ~np.isnan(fits)
    heavy = weights[:, None, None] * known
    weighed = heavy.sum(axis=0)
    whole = (heavy * np.where(known, fits, 0.0)).sum(axis=0) / np.maximum(weighed, 1e-9)
    whole[weighed < weights.sum() / 2] = -1.0  # hardly any block has its place in the picture
    y, x = np.unravel_index(int(whole.argmax()), whole.shape)
    near = np.s_[max(0, y - TOGETHER) : y + TOGETHER + 1, max(0, x - TOGETHER) : x + TOGETHER + 1]
    again = np.where(known, fits, -1.0)[:, *near].max(axis=(1, 2)) >= FITS
    return max(0.0, float(np.average(again, weights=weights)) - ANYBODY) / (1 - ANYBODY)


def _without_bars(
    a: NDArray[np.uint8], b: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both without the bars that lie beside the picture in both: their edges stay at any cut."""
    parts = []
    for axis in (1, 0):
        seen = np.flatnonzero((a.std(axis=axis) >= FLAT) | (b.std(axis=axis) >= FLAT))
        whole = not len(seen) or seen[-1] - seen[0] < BLOCK
        parts.append(slice(None) if whole else slice(seen[0], seen[-1] + 1))
    return a[parts[0], parts[1]], b[parts[0], parts[1]]


def _narrow(small: SmallFrame) -> NDArray[np.uint8]:
    """The picture, `WIDE` along its longer side where it is no smaller."""
    picture = next((p for p in reversed(small.levels) if max(p.shape) >= WIDE), small.luma)
    factor = min(1.0, WIDE / max(picture.shape))
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
