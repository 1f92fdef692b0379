"""The labelled stills: labels.json and images/ of an evaluation folder.

labels.json: {file: {"source", "w", "h", "faces_labelled", "plates_labelled",
"boxes": [{"target": "face" | "plate", "box": [x1, y1, x2, y2], "ignore"}]}}, source pixels.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32, ImageResult

TARGETS = ("face", "plate")
#: rgb uint8 [H, W, 3] -> boxes f32 [N, 4], scores f32 [N], targets int [N].
Detector = Callable[[NDArray[np.uint8]], tuple[F32, F32, NDArray[np.int64]]]


def judge(folder: Path, detect: Detector, every: int = 1) -> dict[str, list[ImageResult]]:
    """Run a detector over the stills, or over one in `every` of them; results per target, only
    where that target is labelled."""
    labels = json.loads((folder / "labels.json").read_text())
    out: dict[str, list[ImageResult]] = {t: [] for t in TARGETS}
    for name in sorted(labels)[::every]:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        if bgr is None:
            raise FileNotFoundError(f"{name}: an image of the evaluation set cannot be read")
        boxes, scores, targets = detect(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8))
        for n, t in enumerate(TARGETS):
            if not labels[name][f"{t}s_labelled"]:
                continue
            mine = [b for b in labels[name]["boxes"] if b["target"] == t]
            out[t].append(
                ImageResult(
                    np.asarray([b["box"] for b in mine], np.float32).reshape(-1, 4),
                    np.asarray([b["ignore"] for b in mine], bool),
                    boxes[targets == n],
                    scores[targets == n],
                )
            )
    return out
