"""1080p scenes made of real photographs, scaled so that a known face has a chosen height."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from redact.detection.scaling import Scaler
from redact.types import Rect

RGB = NDArray[np.uint8]
WIDTH, HEIGHT = 1920, 1080
CONTEXT = 2.0
"""Surroundings kept on every side of a face, in face heights: a face hangs on a body."""
BOXES = tuple[float, float, float, float]


def read_rgb(path: Path) -> RGB:
    with av.open(str(path)) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def real_faces(folder: Path, least: float = 48) -> Iterator[tuple[RGB, BOXES]]:
    """Pictures of the annotated set that have a larger face, with that face."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    for name, entry in sorted(labels.items()):
        boxes = [
            b["box"]
            for b in entry["boxes"]
            if b["target"] == "face" and not b["ignore"] and b["box"][3] - b["box"][1] >= least
        ]
        if entry["faces_labelled"] and boxes:
            x1, y1, x2, y2 = max(boxes, key=lambda b: b[3] - b[1])
            yield read_rgb(folder / "images" / name), (x1, y1, x2, y2)


def paste(scene: RGB, picture: RGB, face: BOXES, height: float, at: tuple[int, int]) -> BOXES:
    """Shrink the surroundings of `face` so that it is `height` high, put them at `at`.

    Returns the face's box in the scene.
    """
    h, w = picture.shape[:2]
    x1, y1, x2, y2 = face
    grow = CONTEXT * (y2 - y1)
    left, top = max(0, int(x1 - grow)), max(0, int(y1 - grow))
    area = Rect(left, top, min(w, int(x2 + grow)), min(h, int(y2 + grow)))
    zoom = height / (y2 - y1)
    size = max(8, round(area.width * zoom)), max(8, round(area.height * zoom))
    small = Scaler().array(picture).view(area, size)
    x, y = at
    scene[y : y + size[1], x : x + size[0]] = small[: HEIGHT - y, : WIDTH - x]
    sx, sy = size[0] / area.width, size[1] / area.height
    return (
        x + (x1 - left) * sx,
        y + (y1 - top) * sy,
        x + (x2 - left) * sx,
        y + (y2 - top) * sy,
    )


def scenes(
    background: RGB, faces: list[tuple[RGB, BOXES]], height: float, each: int, seed: int
) -> Iterator[tuple[RGB, list[BOXES]]]:
    """1080p pictures, `each` faces in every one, at random places of a grid, all faces once."""
    rng = np.random.default_rng(seed)
    h, w = background.shape[:2]
    large = Scaler().array(background).view(Rect(0, 0, w, h), (WIDTH, HEIGHT))
    cell = int(height * (2 * CONTEXT + 1.5))
    cells = [
        (x, y) for x in range(0, WIDTH - cell + 1, cell) for y in range(0, HEIGHT - cell + 1, cell)
    ]
    each = min(each, len(cells))
    for begin in range(0, len(faces), each):
        scene, truth = large.copy(), []
        part = faces[begin : begin + each]
        places = rng.choice(len(cells), len(part), replace=False)
        for (picture, face), i in zip(part, places, strict=True):
            truth.append(paste(scene, picture, face, height, cells[i]))
        yield scene, truth
