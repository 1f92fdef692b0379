"""How the camera moved between two frames, and where a scene is cut.

Corners (Shi and Tomasi 1994) are tracked by pyramidal Lucas-Kanade and a similarity is fitted
by RANSAC; objects that move by themselves are its outliers.

A cut that is missed only makes masks last a little longer; a cut that is imagined ends them too
early. So a cut needs three witnesses at once (structure, brightness distribution, camera
motion), and must last: after a flash the old picture comes back, after a cut it does not. Fades
and dissolves change little from frame to frame and are no cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import IDENTITY, Affine, scale_of
from .looks import unchanged
from .small_pictures import FLAT, SmallFrame

LONG_SIDE = 320
"""Camera motion is measured in the first pyramid level that is not longer than this.
Meaning: pixels; camera motion is coarse, and small pictures are fast."""

CORNERS = 120
"""Meaning: corners that are followed at most; four numbers are told by far fewer."""

FEW = 12
"""Fewer corners than this say nothing; the camera is taken as standing still. Meaning:
a few may all sit on one person who walks."""

AGREED = 0.35
"""Share of corners that must agree for a motion to be the camera's; and above which it is the same
scene. Meaning: the ground may show less than half of the corners where a crowd walks, and after a
cut hardly any agree; a judgement, not fitted."""

MOST_SCALE = 1.25
"""Largest zoom between two frames that is believed. Meaning: faster than any lens."""


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """Attributes:
    matrix: maps full-resolution pixels of the earlier frame to the later one.
    agreed: share of corners that follow `matrix`, 0 where there were none.
    """

    matrix: Affine
    agreed: float


STILL = CameraMotion(IDENTITY, 0.0)
"""Meaning: no motion that any corner agreed to."""


UNMOVED = CameraMotion(IDENTITY, 1.0)
"""Meaning: all of the picture agrees that nothing moved."""


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
    return _believed(matrix, inliers, len(corners))


def _believed(
    matrix: NDArray[np.float64] | None, inliers: NDArray[np.uint8] | None, corners: int
) -> CameraMotion:
    if matrix is None or inliers is None or not np.isfinite(matrix).all():
        return STILL
    agreed = float(inliers.sum()) / corners
    scale = scale_of(matrix)
    if agreed < AGREED or not 1 / MOST_SCALE < scale < MOST_SCALE:
        return CameraMotion(IDENTITY, agreed)
    return CameraMotion(np.asarray(matrix, np.float64), agreed)


def _full_pixels(small: SmallFrame, level: int) -> float:
    """Full-resolution pixels per pixel of a pyramid level."""
    return float(small.levels[0].shape[1] / small.levels[level].shape[1] / small.scale)


THUMB = (48, 27)
"""Meaning: width and height of a thumbnail, too coarse for anything small to count."""

UNLIKE = 0.55
"""Correlation of neighbouring thumbnails below which the picture has changed altogether.
Meaning: 1 is the same picture, 0 any other; a judgement, not fitted."""

SAME_TONES = 0.72
"""Overlap of brightness histograms above which it is the same scene in fast motion.
Meaning: 1 is the same brightness everywhere; a judgement, not fitted."""

FLASH_TIME = 0.25
"""Seconds within which the old picture returns after a flash. Meaning: longer than a flash lasts,
shorter than a shot."""


@dataclass(frozen=True, slots=True)
class _Look:
    index: int
    time: float
    thumb: NDArray[np.float32]
    tones: NDArray[np.float32]
    deviation: float


class CutFinder:
    """Frames are pushed in order; `cuts` holds first frames of new scenes, rising."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self._last: SmallFrame | None = None
        self._suspects: list[tuple[_Look, _Look]] = []

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Look at a frame; whether a new scene may start here (known for sure a little later).

        Args:
            small: an undamaged frame.
            agreed: share of corners that followed the camera from the frame before.
        """
        before, self._last = self._last, small
        # Most frames are asked nothing: thumbnails are made where somebody wants to know.
        if not self._suspects and (before is None or agreed >= AGREED):
            return False
        look = _look_at(small)
        self._settle(look)
        if before is None or agreed >= AGREED:
            return False
        last = _look_at(before)
        suspect = (
            min(last.deviation, look.deviation) >= FLAT
            and _alike(last.thumb, look.thumb) < UNLIKE
            and float(np.minimum(last.tones, look.tones).sum()) < SAME_TONES
        )
        if suspect:
            self._suspects.append((last, look))
        return suspect

    def _settle(self, now: _Look) -> None:
        """Decide about suspects: the old scene is back (a flash), or stayed away (a cut)."""
        waiting = []
        for before, after in self._suspects:
            if now.deviation >= FLAT and _alike(before.thumb, now.thumb) >= UNLIKE:
                continue
            if now.time - after.time >= FLASH_TIME:
                self.cuts.append(after.index)
            else:
                waiting.append((before, after))
        self._suspects = waiting


def _look_at(small: SmallFrame) -> _Look:
    picture = small.levels[min(2, len(small.levels) - 1)]
    thumb = cv2.resize(picture, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    tones = np.bincount((thumb.ravel() / 16).astype(np.intp), minlength=16) / thumb.size
    deviation = float(thumb.std())
    flat = (thumb - thumb.mean()) / max(deviation, 1e-6)
    return _Look(small.index, small.time, flat, tones.astype(np.float32), deviation)


def _alike(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Normalised correlation, -1 to 1."""
    return float((a * b).mean())
