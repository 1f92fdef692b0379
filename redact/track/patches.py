"""Patches of small pictures, which show what objects look like, all of the same size.

A patch does not depend on brightness or contrast (it has mean 0 and norm 1), so that a fade, a
flash or a passing shadow does not change it; the scalar product of two patches is their normalised
correlation.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Boxes
from .geometry import to_centres
from .small_pictures import PATCH_SIDE, SmallFrame

Patches = NDArray[np.float32]
"""[N, cells, cells]."""

PATCH_REACH = 1.25
"""Factor by which a patch is larger than its box: an eighth on every side, because outlines help
if a face has few pixels."""

FLAT = 1.5
"""Standard deviation in grey levels below which a patch contains nothing that could be found, and a
thumbnail (`cuts`) nothing that could be distinguished: noise alone deviates by as much."""


def sample(small: SmallFrame, boxes: Boxes, cells: int, reach: float) -> Patches:
    """Luma at a grid of `cells` x `cells` points over every box enlarged `reach` times.

    Points outside the picture repeat its border. Large boxes are read from coarser pyramid
    levels, so that the grid does not alias.
    """
    out = np.zeros((len(boxes), cells, cells), np.float32)
    if not len(boxes):
        return out
    centres = to_centres(boxes)
    step = np.maximum(centres[:, 2:], 1.0) * (reach / cells)
    pixels = np.sqrt(step[:, 0] * step[:, 1]) * small.scale
    level = np.round(np.log2(np.maximum(pixels, 1e-3))).astype(np.intp)
    level = np.clip(level, 0, len(small.levels) - 1)
    factor = np.array([p.shape[1] / small.levels[0].shape[1] for p in small.levels])[level]
    factor = factor[:, None] * small.scale
    ticks = np.arange(cells) - (cells - 1) / 2
    x = ((centres[:, 0:1] + step[:, 0:1] * ticks) * factor - 0.5).astype(np.float32)
    y = ((centres[:, 1:2] + step[:, 1:2] * ticks) * factor - 0.5).astype(np.float32)
    grid_x = np.repeat(x[:, None, :], cells, axis=1)
    grid_y = np.repeat(y[:, :, None], cells, axis=2)
    for chosen in np.flatnonzero(np.bincount(level)):
        rows = level == chosen
        out[rows] = _remap(small.levels[chosen], grid_x[rows], grid_y[rows])
    return out


def _remap(
    picture: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bilinear samples; OpenCV's maps have at most 32767 rows, so longer ones are split."""
    count, cells, _ = x.shape
    per_part = 16384 // cells
    parts = [
        cv2.remap(
            picture,
            x[i : i + per_part].reshape(-1, cells),
            y[i : i + per_part].reshape(-1, cells),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for i in range(0, count, per_part)
    ]
    return np.concatenate(parts).reshape(count, cells, cells).astype(np.float32)


def patches_of(small: SmallFrame, boxes: Boxes) -> Patches:
    """Patches of the objects in `boxes`, mean 0 and norm 1; all 0 if there is no texture.

    Args:
        small: the picture.
        boxes: float64 [N, 4], in full-resolution pixels.

    Returns:
        float32 [N, PATCH_SIDE, PATCH_SIDE].
    """
    samples = sample(small, boxes, PATCH_SIDE, PATCH_REACH)
    centred = samples - samples.mean(axis=(1, 2), keepdims=True)
    norm = np.sqrt((centred**2).sum(axis=(1, 2), keepdims=True))
    shows = norm >= FLAT * samples.shape[1]
    return np.asarray(np.where(shows, centred / np.maximum(norm, 1e-6), 0.0), np.float32)


def pairwise_likeness(a: Patches, b: Patches) -> NDArray[np.float64]:
    """Correlation of patches row by row: [N]."""
    return np.asarray((a * b).sum(axis=(1, 2)), np.float64)
