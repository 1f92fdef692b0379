"""Licence plates: which number of a list is on a redacted plate?"""

from __future__ import annotations

import cv2
import numpy as np

from redact.types import Box

from .faces import SIDE, Picture, Studio, View, compressed

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
PLATE = (104, 24)


def numbers(count: int, seed: int) -> list[str]:
    """Distinct plate numbers such as "KA 4821"."""
    random = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        letters = "".join(random.choice(list(LETTERS), 2))
        found[f"{letters} {random.integers(1000, 9999)}"] = None
    return list(found)


def view(number: str, studio: Studio, random: np.random.Generator) -> View:
    """A plate at a random place and size, in front of a random wall, with camera noise."""
    width, height = PLATE
    over = 4
    plate: Picture = np.full((height * over, width * over, 3), 235, np.uint8)
    cv2.rectangle(plate, (2, 2), (width * over - 3, height * over - 3), (20, 20, 20), 4)
    font, scale, thick = cv2.FONT_HERSHEY_DUPLEX, 2.3, 6
    (wide, tall), _ = cv2.getTextSize(number, font, scale, thick)
    corner = (width * over - wide) // 2, (height * over + tall) // 2
    cv2.putText(plate, number, corner, font, scale, (15, 15, 15), thick, cv2.LINE_AA)
    zoom = random.uniform(0.8, 1.2)
    x, y = random.uniform(14, 36), random.uniform(60, 90)
    matrix = np.array([[zoom / over, 0, x], [0, zoom / over, y]])
    size = SIDE, SIDE
    small = cv2.resize(plate, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    matrix[:, :2] *= 2
    moved = cv2.warpAffine(small, matrix, size, flags=cv2.INTER_AREA)
    share = cv2.warpAffine(np.ones(small.shape[:2], np.float32), matrix, size)[..., None]
    scene = studio.wall() * (1 - share) + moved * share * random.uniform(0.8, 1.05)
    scene += random.normal(0, 3, scene.shape)
    picture = compressed(np.clip(scene, 0, 255).astype(np.uint8), int(random.integers(70, 95)))
    box = Box(x, y, x + width * zoom, y + height * zoom)
    return View(picture, box)
