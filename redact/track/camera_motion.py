"""How the camera moved between two frames.

Corners (Shi and Tomasi 1994) are tracked by pyramidal Lucas-Kanade and a similarity is fitted
by RANSAC; objects that move by themselves are its outliers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .changes import unchanged
from .geometry import IDENTITY, Affine, scale_of
from .small_pictures import SmallFrame

CAMERA_LONG_SIDE = 320
"""Camera motion is measured in the first pyramid level that is not longer than this,
in pixels: camera motion is coarse, and small pictures are fast."""

MOST_CORNERS = 120
"""Corners that are followed at most; four numbers need far fewer."""

LEAST_CORNERS = MOST_CORNERS // 10
"""Fewer corners than this say nothing, and the camera counts as standing still: all of them may be
on one walking person."""

LEAST_AGREEMENT = 0.35
"""Share of corners that must agree for a motion to be the camera's. If a crowd walks, less than
half of the corners may be on the ground, and after a cut hardly any agree; a judgement, not
fitted."""

LEAST_HULL = 0.25
"""Share of the picture that the hull of the agreeing corners must take. Over plain asphalt most
corners are on one passing car: they agree with each other, on at most 0.15 of the picture, and when
the car's motion was taken for the camera's, plates were lost and masks drove ahead of them. On 22
clips with a moving camera the hull takes at least 0.31, but in one with a close face."""

MOST_SCALE = 1.25
"""Largest zoom between two frames that is believed: faster than any lens."""


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """Attributes:
    matrix: maps full-resolution pixels of the earlier frame to the later one.
    agreed: share of corners that follow `matrix`, 0 if there were none.
    """

    matrix: Affine
    agreed: float


UNMEASURED = CameraMotion(IDENTITY, 0.0)
"""No motion, and no corner agreed to it."""


UNMOVED = CameraMotion(IDENTITY, 1.0)
"""No motion, and the whole picture agreed to it."""


def motion_between(earlier: SmallFrame, later: SmallFrame) -> CameraMotion:
    """Camera motion from `earlier` to `later`; `UNMEASURED` if it cannot be measured."""
    if unchanged(earlier, later):
        return UNMOVED
    level = next(
        (i for i, p in enumerate(earlier.levels) if max(p.shape) <= CAMERA_LONG_SIDE),
        len(earlier.levels) - 1,
    )
    a, b = earlier.levels[level], later.levels[level]
    if a.shape != b.shape:
        return UNMEASURED
    corners = cv2.goodFeaturesToTrack(a, MOST_CORNERS, 0.01, 8)
    if corners is None or len(corners) < LEAST_CORNERS:
        return UNMEASURED
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        a, b, corners.astype(np.float32), np.zeros_like(corners), winSize=(15, 15), maxLevel=3
    )
    good = found[:, 0] == 1
    if int(good.sum()) < LEAST_CORNERS:
        return UNMEASURED
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
        return UNMEASURED
    agreed = float(inliers.sum()) / len(corners)
    hull = cv2.contourArea(cv2.convexHull(start[inliers[:, 0] == 1])) / a.size
    scale = scale_of(matrix)
    # A share of the maximum number: if there are few corners, a third may be on one passing car.
    believed = inliers.sum() >= LEAST_AGREEMENT * MOST_CORNERS and hull >= LEAST_HULL
    if not (believed and 1 / MOST_SCALE < scale < MOST_SCALE):
        return CameraMotion(IDENTITY, agreed)
    return CameraMotion(np.asarray(matrix, np.float64), agreed)


def _full_pixels(small: SmallFrame, level: int) -> float:
    """Full-resolution pixels per pixel of a pyramid level."""
    return float(small.levels[0].shape[1] / small.levels[level].shape[1] / small.scale)
