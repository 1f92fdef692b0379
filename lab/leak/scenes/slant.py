"""How a labelled plate lies in its box: labels of stills are upright boxes, plates seldom are.

In a picture that is not turned, an upright box is what an annotator drew, and all of it is claimed.
Turned with the picture, its corners come to lie on the car around a plate that is slanted, and may
be upright now; whoever hides the plate wholly would leak there. So a turned plate is claimed as
what its long edges and its letters show it to be.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..truth import Box
from ..video import Picture

ACROSS = 96
"""Pixels to which the width of a plate is brought: letters are still apart, texture is gone."""
LEAST_WIDE = 1.4
"""Width in heights from which a box may be read: in one as high as wide the plate's sides slant as
well, and what is left of the box would be less than the plate."""
STEEPEST = 0.45
STEP = 0.02
CLEARLY = 1.2
"""How much more edges must agree along a slant than along the box; else the box is claimed."""
EDGE = 60.0
"""Grey levels a pixel from which an edge counts as no stronger: a chrome bumper beside a plate."""


def slant_of(rgb: Picture, box: Box) -> float:
    """By how much a plate's long edges fall to the right, pixels a pixel; 0 where none is clear.

    Measured as the skew of a scanned page is: light and dark add up along lines of the true slant,
    and cancel each other along others.

    Args:
        rgb: the still.
        box: of the plate in it.
    """
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    rows = round(ACROSS * tall / max(wide, 1.0))
    if wide < LEAST_WIDE * tall or rows < 8:
        return 0.0
    zoom = ACROSS / wide
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if zoom < 1:
        left, top = max(0, int(x1 - 0.2 * wide)), max(0, int(y1 - 0.2 * tall))
        around = grey[top : int(y2 + 0.2 * tall) + 1, left : int(x2 + 0.2 * wide) + 1]
        grey = cv2.GaussianBlur(around, (0, 0), 0.45 / zoom)
        x1, y1 = x1 - left, y1 - top
    affine = np.array([[zoom, 0, -x1 * zoom], [0, rows / tall, -y1 * rows / tall]])
    plate = cv2.warpAffine(grey, affine, (ACROSS, rows), borderMode=cv2.BORDER_REPLICATE)
    edges = np.clip(cv2.Sobel(plate.astype(np.float32), cv2.CV_32F, 0, 1, ksize=3), -EDGE, EDGE)
    y, x = np.mgrid[:rows, :ACROSS]
    steps = int(min(STEEPEST, 0.65 * rows / ACROSS) / STEP)
    slants = STEP * np.arange(-steps, steps + 1)
    agree = []
    for slant in slants:
        # Every pixel is shared between the two lines of this slant that it lies between.
        line = y - slant * (x - ACROSS / 2) + ACROSS
        whole = np.floor(line).astype(np.intp)
        share, size = line - whole, rows + 2 * ACROSS + 2
        total = np.bincount(whole.ravel(), (edges * (1 - share)).ravel(), size)
        total += np.bincount(whole.ravel() + 1, (edges * share).ravel(), size)
        agree.append(float((total**2).sum()))
    best = int(np.argmax(agree))
    return float(slants[best]) if agree[best] > CLEARLY * agree[steps] else 0.0
