"""1080p scenes with real faces of a chosen height pasted into them, positions known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from redact.detect.scaling import Area, Scaler

RGB = NDArray[np.uint8]
WIDTH, HEIGHT = 1920, 1080
BOXES = tuple[float, float, float, float]


def read_rgb(path: Path) -> RGB:
    with av.open(str(path)) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def real_faces(folder: Path, least: float = 48) -> Iterator[tuple[RGB, BOXES]]:
    """Pictures of the annotated set with one of their larger faces."""
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
    """Shrink the head around `face` so that the face is `height` high, blend it in around `at`.

    Returns the face's box in the scene.
    """
    h, w = picture.shape[:2]
    x1, y1, x2, y2 = face
    grow = 0.45 * (y2 - y1)
    left, top = max(0, int(x1 - grow)), max(0, int(y1 - grow))
    area = Area(left, top, min(w, int(x2 + grow)) - left, min(h, int(y2 + grow)) - top)
    zoom = height / (y2 - y1)
    size = max(8, round(area.width * zoom)), max(8, round(area.height * zoom))
    small = Scaler().array(picture).view(area, size).astype(np.float32)
    row, column = np.mgrid[: size[1], : size[0]]
    edge = np.minimum.reduce([row, column, size[1] - 1 - row, size[0] - 1 - column])
    alpha = np.clip((edge + 1) / (0.2 * height), 0, 1)[..., None]
    x, y = at
    under = scene[y : y + size[1], x : x + size[0]]
    under[:] = np.rint(alpha * small + (1 - alpha) * under).astype(np.uint8)
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
    large = Scaler().array(background).view(Area(0, 0, w, h), (WIDTH, HEIGHT))
    cell = max(96, int(3 * height))
    cells = [(x, y) for x in range(0, WIDTH - cell, cell) for y in range(0, HEIGHT - cell, cell)]
    for begin in range(0, len(faces), each):
        scene, truth = large.copy(), []
        part = faces[begin : begin + each]
        for (picture, face), i in zip(
            part, rng.choice(len(cells), len(part), replace=False), strict=True
        ):
            x, y = cells[i]
            offset = rng.integers(0, max(1, cell - int(2.4 * height)), 2)
            at = (x + int(offset[0]), y + int(offset[1]))
            truth.append(paste(scene, picture, face, height, at))
        yield scene, truth
