"""The labelled stills: labels.json and images/ of an evaluation folder.

labels.json: {file: {"source", "w", "h", "faces_labelled", "plates_labelled",
"boxes": [{"target": "face" | "plate", "box": [x1, y1, x2, y2], "ignore"}]}}, source pixels.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32, ImageResult

TARGETS = ("face", "plate")
#: rgb uint8 [H, W, 3] -> boxes f32 [N, 4], scores f32 [N], targets int [N].
Detector = Callable[[NDArray[np.uint8]], tuple[F32, F32, NDArray[np.int64]]]


@dataclass
class Still:
    """One labelled image."""

    name: str
    rgb: NDArray[np.uint8]
    label: dict[str, Any]


def stills(folder: Path, every: int = 1) -> Iterator[Still]:
    """The images in a fixed order, or one in `every` of them."""
    labels = json.loads((folder / "labels.json").read_text())
    for name in sorted(labels)[::every]:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        if bgr is None:
            raise FileNotFoundError(f"{name}: an image of the evaluation set cannot be read")
        yield Still(name, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8), labels[name])


def judge(folder: Path, detect: Detector, every: int = 1) -> dict[str, list[ImageResult]]:
    """Run a detector over the stills; results per target, only where that target is labelled."""
    out: dict[str, list[ImageResult]] = {t: [] for t in TARGETS}
    for still in stills(folder, every):
        boxes, scores, targets = detect(still.rgb)
        for n, t in enumerate(TARGETS):
            if not still.label[f"{t}s_labelled"]:
                continue
            mine = [b for b in still.label["boxes"] if b["target"] == t]
            out[t].append(
                ImageResult(
                    np.asarray([b["box"] for b in mine], np.float32).reshape(-1, 4),
                    np.asarray([b["ignore"] for b in mine], bool),
                    boxes[targets == n],
                    scores[targets == n],
                    still.label["source"],
                )
            )
    return out
