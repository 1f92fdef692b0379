"""A clip with a name in it: a board that passes as the camera pans, and a burnt-in clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.types import Box

skimage = pytest.importorskip("skimage.data", reason="the scene is one of scikit-image's pictures")
COUNT, WIDTH, HEIGHT = 40, 480, 270
NAME = "Anna Dupont"
CLOCK = "CAM 2 12:41:07"


def board(n: int) -> Box:
    """A name board that passes as the camera pans."""
    return Box(300 - 4 * n, 120, 440 - 4 * n, 150)


def picture(n: int) -> NDArray[np.uint8]:
    scene = cv2.resize(skimage.coffee(), (720, 400))
    out = np.ascontiguousarray(scene[60 : 60 + HEIGHT, 40 + 4 * n : 40 + 4 * n + WIDTH])
    x1, y1, x2, y2 = map(int, board(n))
    cv2.rectangle(out, (x1, y1), (x2, y2), (250, 250, 240), -1)
    cv2.putText(out, NAME, (x1 + 8, y2 - 9), 0, 0.65, (20, 20, 60), 2, cv2.LINE_AA)
    cv2.rectangle(out, (0, 0), (190, 26), (0, 0, 0), -1)
    cv2.putText(out, CLOCK, (4, 19), 0, 0.6, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def still(n: int) -> NDArray[np.uint8]:
    """As filmed by a fixed camera: the board stays, and the clock ticks."""
    out = picture(0)
    cv2.rectangle(out, (0, 0), (190, 26), (0, 0, 0), -1)
    told = f"CAM 2 12:41:{7 + n // 20:02}"
    cv2.putText(out, told, (4, 19), 0, 0.6, (255, 255, 255), 1, cv2.LINE_AA)
    return out


def write_film(
    path: Path,
    shown: Callable[[int], NDArray[np.uint8]] = picture,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    count: int = COUNT,
) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=20, options={"crf": "16"})
        stream.width, stream.height = size
        for n in range(count):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(shown(n), format="rgb24")))
        out.mux(stream.encode(None))
