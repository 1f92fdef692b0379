"""Real clips without faces or plates, to put people and cars in front of."""

from __future__ import annotations

from itertools import islice

import cv2
import numpy as np

from .. import video
from .paths import Mover
from .scene import Footage, Scene, StillScene
from .stills import Label, Library, Still, texture

CLIPS = {
    "dev": "metadata_extractor__Issue_515_java.mp4",
    "test": "metadata_extractor__MVI_4823.AVI",
}
"""Geese on a pond and an empty road, both filmed from the hand, by half."""
FRAMES = 70


def background(library: Library, size: tuple[int, int], rng: np.random.Generator) -> Scene:
    """A moving background of `size` px."""
    if library.shared is None:
        still = Still("texture", texture(int(rng.integers(6))), ())
        middle = Label("face", (470.0, 310.0, 490.0, 330.0))
        mover = Mover(Still("texture", still.rgb, (middle,)), "face", size, 2.2, rng)
        return StillScene(still, mover.shake(3.0, 1.1), *size)
    drawn = list(CLIPS)[int(rng.integers(len(CLIPS)))]
    path = library.shared / "clips" / CLIPS[library.half or drawn]
    pictures = [_filled(p, size) for _, p in islice(video.read(path), FRAMES)]
    return Footage(pictures, 25.0)


def _filled(picture: video.Picture, size: tuple[int, int]) -> video.Picture:
    """Scaled and cropped about the middle to `size`."""
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    big = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    y, x = (big.shape[0] - size[1]) // 2, (big.shape[1] - size[0]) // 2
    return np.asarray(big[y : y + size[1], x : x + size[0]], np.uint8)
