"""The maps that the eye should give for a crop: heat, cells that count, boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
#: Targets in the order of the eye's maps; the first two as in `lab.training.augment`.
TARGETS = ("face", "plate", "head")
#: Pixels of the picture per cell of a map.
STRIDE = 4
#: Spread of an object's heat in shares of its sides (TTFNet, arXiv:1909.00700: 0.54 / 6).
SPREAD = 0.54 / 6
#: Smallest spread in cells.
LEAST_SPREAD = 0.45
#: Cells with at least this heat learn the box.
BOX_FROM = 0.4


def target_maps(boxes: F32, size: int) -> tuple[F32, F32, F32, F32]:
    """Heat [K, H, W], which cells count [K, H, W], boxes [K, 4, H, W] and their weight [K, H, W].

    Args:
        boxes: f32 [M, 6]: target, x1, y1, x2, y2, ignore; pixels of a crop of `size` a side.
    """
    n, kinds = size // STRIDE, len(TARGETS)
    heat = np.zeros((kinds, n, n), np.float32)
    counts = np.ones((kinds, n, n), np.float32)
    goal = np.zeros((kinds, 4, n, n), np.float32)
    weight = np.zeros((kinds, n, n), np.float32)
    centres = (np.arange(n, dtype=np.float32) + 0.5) * STRIDE
    for kind, x1, y1, x2, y2, ignore in boxes:
        if ignore:
            a, b = int(y1 // STRIDE), int(np.ceil(y2 / STRIDE))
            c, d = int(x1 // STRIDE), int(np.ceil(x2 / STRIDE))
            counts[int(kind), max(0, a) : b, max(0, c) : d] = 0
    real = boxes[boxes[:, 5] == 0]
    area = (real[:, 3] - real[:, 1]) * (real[:, 4] - real[:, 2])
    # Small objects are drawn last, so a cell belongs to the smallest object that covers it.
    for kind, x1, y1, x2, y2, _ in real[np.argsort(-area)]:
        k = int(kind)
        cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
        sx = max((x2 - x1) * SPREAD, LEAST_SPREAD * STRIDE)
        sy = max((y2 - y1) * SPREAD, LEAST_SPREAD * STRIDE)
        # The middle cell is 1, wherever in it the centre lies.
        mx, my = (np.floor(c / STRIDE) * STRIDE + STRIDE / 2 for c in (cx, cy))
        g = (
            np.exp(-((centres - my) ** 2) / (2 * sy * sy))[:, None]
            * np.exp(-((centres - mx) ** 2) / (2 * sx * sx))[None, :]
        )
        g[g < 0.01] = 0
        near = g >= BOX_FROM
        if not near.any():
            continue
        heat[k] = np.maximum(heat[k], g)
        counts[k][near] = 1
        goal[k][:, near] = np.array([x1, y1, x2, y2], np.float32)[:, None]
        weight[k][near] = g[near] / g[near].sum()
    return heat, counts, goal, weight
