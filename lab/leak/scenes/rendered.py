"""Drawn cars with plates, in place of photographs where there are none."""

from __future__ import annotations

import cv2
import numpy as np

from ..truth import Box
from ..video import Picture

BODIES = ((150, 30, 35), (40, 60, 120), (190, 190, 195), (30, 30, 34), (225, 225, 220))
PLATES = ((245, 245, 240), (250, 205, 60), (245, 245, 240))
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def plate(number: int, width: int = 104, height: int = 26) -> Picture:
    """A plate with letters and digits that follow from `number`; RGB [height, width, 3]."""
    rng = np.random.default_rng([17, number])
    big = np.empty((height * 4, width * 4, 3), np.uint8)
    big[:] = PLATES[number % len(PLATES)]
    cv2.rectangle(big, (4, 4), (width * 4 - 5, height * 4 - 5), (20, 20, 20), 5)
    cv2.rectangle(big, (8, 8), (44, height * 4 - 9), (20, 60, 160), -1)
    letters = "".join(LETTERS[i] for i in rng.integers(0, len(LETTERS), 3))
    text = f"{letters[:2]}{rng.integers(10, 99)} {letters[2]}{rng.integers(100, 999)}"
    size, _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 2.0, 5)
    scale = 2.0 * (width * 4 - 70) / size[0]
    at = (54, int(height * 2 + size[1] * scale / 4))
    cv2.putText(big, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, (15, 15, 20), 6, cv2.LINE_AA)
    return np.asarray(cv2.resize(big, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def car(number: int, width: int = 360, height: int = 260) -> tuple[Picture, Box]:
    """Rear of a car, RGB [height, width, 3], and the box of its plate in it."""
    rng = np.random.default_rng([23, number])
    body = np.array(BODIES[number % len(BODIES)], np.float32)
    shade = np.linspace(1.15, 0.7, height, dtype=np.float32)[:, None, None]
    picture = np.clip(np.broadcast_to(body * shade, (height, width, 3)), 0, 255).astype(np.uint8)
    picture = picture.copy()
    window = np.array([[70, 20], [width - 70, 20], [width - 40, 95], [40, 95]])
    cv2.fillPoly(picture, [window], (38, 44, 52))
    cv2.line(picture, (90, 80), (150, 30), (70, 78, 88), 6)
    for x in (14, width - 74):
        cv2.rectangle(picture, (x, 112), (x + 60, 150), (150, 20, 25), -1)
        cv2.rectangle(picture, (x + 6, 118), (x + 30, 144), (220, 90, 80), -1)
    cv2.line(picture, (0, 104), (width, 104), (20, 20, 22), 2)
    cv2.rectangle(picture, (0, 205), (width, 236), (45, 45, 48), -1)
    cv2.rectangle(picture, (0, 236), (width, height), (18, 18, 20), -1)
    w = int(rng.integers(88, 120))
    h = max(20, w // 4)
    x, y = (width - w) // 2, 150 + int(rng.integers(0, 20))
    cv2.rectangle(picture, (x - 6, y - 5), (x + w + 5, y + h + 4), (30, 30, 32), -1)
    picture[y : y + h, x : x + w] = plate(number, w, h)
    grain = rng.normal(0, 2.5, (height, width, 1))
    picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6), np.uint8), (x, y, x + w, y + h)
