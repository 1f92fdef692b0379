"""Labelled stills, moved so that their one object has a chosen size, up to the whole picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
RGB = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
SEEN = 0.1
"""Probability from which something is followed."""
DEV = (
    "macwin_mask",
    "mask853",
    "mik1i_facedet",
    "oid_google_lp",
    "openlpr",
    "robertlucian_ro",
    "telattar_egypt_moto",
    "kaggle433",
    "easypr_cn",
)
"""Sources of the stills on which numbers may be chosen."""


@dataclass(frozen=True)
class Still:
    """A picture with its one object: x1, y1, x2, y2."""

    rgb: RGB
    box: tuple[float, float, float, float]


def largest(folder: Path, target: str, count: int, wide: bool = False) -> list[Still]:
    """Stills of the half dev whose only object has the most pixels: they stand enlarging.

    Args:
        wide: objects at least 2.5 times as wide as high, plates of one line.
    """
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    found = []
    for name, entry in labels.items():
        if entry["source"] not in DEV:
            continue
        mine = [b["box"] for b in entry["boxes"] if b["target"] == target and not b["ignore"]]
        if len(mine) != 1:
            continue
        x1, y1, x2, y2 = mine[0]
        if not wide or x2 - x1 >= 2.5 * (y2 - y1):
            found.append(((x2 - x1) * (y2 - y1), name, (x1, y1, x2, y2)))
    stills = []
    for _, name, box in sorted(found, reverse=True)[:count]:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        stills.append(Still(np.ascontiguousarray(bgr[:, :, ::-1]), box))
    return stills


def moved(
    still: Still, share: float, place: tuple[float, float], scene: RGB
) -> tuple[RGB, tuple[float, float, float, float]]:
    """The still, scaled so that its object fills `share` of the picture, and the object's box.

    Args:
        share: 1: the object touches two opposite borders.
        place: of the object in the room that the picture leaves it, from (0, 0), upper left.
        scene: what is seen where the still does not reach.
    """
    x1, y1, x2, y2 = still.box
    zoom = share * min(WIDTH / (x2 - x1), HEIGHT / (y2 - y1))
    left = place[0] * (WIDTH - zoom * (x2 - x1))
    top = place[1] * (HEIGHT - zoom * (y2 - y1))
    rgb, own = still.rgb, zoom
    if zoom < 0.5:  # without aliasing
        rgb = np.asarray(
            cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8
        )
        own = 1.0
    move = np.array([[own, 0, left - zoom * x1], [0, own, top - zoom * y1]])
    picture = np.asarray(cv2.resize(scene, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))
    cv2.warpAffine(
        rgb,
        move,
        (WIDTH, HEIGHT),
        dst=picture,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    box = (left, top, left + zoom * (x2 - x1), top + zoom * (y2 - y1))
    return np.asarray(picture, np.uint8), box


def iou(a: tuple[float, ...], boxes: F32) -> F32:
    """IoU of one box with others [N, 4]."""
    one = np.asarray(a, np.float32)
    low, high = np.maximum(one[:2], boxes[:, :2]), np.minimum(one[2:], boxes[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    every = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (one[2:] - one[:2]).prod()
    return np.asarray(common / (every - common + 1e-9), np.float32)
