"""Both BlazeFace models of MediaPipe (Apache-2.0), if the package is installed.

Uses the pipeline of mediapipe 0.10.21, the last release seen here that neither needs models from
elsewhere nor reports its use over the network. Install it into the environment that runs the
benchmark: pip install "mediapipe==0.10.21".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32
from lab.detect.reference import I64

MODELS = {"short range": 0, "full range": 1}


def available() -> bool:
    """Whether mediapipe with the wanted interface can be imported."""
    try:
        import mediapipe

        return hasattr(mediapipe, "solutions")
    except ImportError:
        return False


class BlazeFace:
    """A detector callable for `evalset.judge`; knows faces only."""

    def __init__(self, model: str, low: float = 0.05) -> None:
        import mediapipe

        faces: Any = mediapipe.solutions.face_detection
        self.net = faces.FaceDetection(min_detection_confidence=low, model_selection=MODELS[model])

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        h, w = rgb.shape[:2]
        found = self.net.process(np.ascontiguousarray(rgb)).detections or []
        boxes, scores = [], []
        for d in found:
            r = d.location_data.relative_bounding_box
            boxes.append([r.xmin * w, r.ymin * h, (r.xmin + r.width) * w, (r.ymin + r.height) * h])
            scores.append(d.score[0])
        return (
            np.asarray(boxes, np.float32).reshape(-1, 4),
            np.asarray(scores, np.float32),
            np.zeros(len(scores), np.int64),
        )
