"""A file of weights of redact's own network, run on its own: scaled, padded and merged as
`redact.detection.face_plate` does it for the shipped file.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from lab.detect.metrics import F32
from redact.detection.face_plate import CHANNELS, PAD, agree, grid
from redact.types import Detections, Target

I64 = NDArray[np.int64]


def session(model: Path | bytes, threads: int = 2) -> ort.InferenceSession:
    """A session on the processor with a fixed number of threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else str(model)
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def letterbox(rgb: NDArray[np.uint8], long_side: int) -> tuple[NDArray[np.uint8], float]:
    """Scale so that the long side fits, pad right and below to multiples of 32.

    Returns uint8 [1, H, W, 3] and the scale (network pixels per source pixel).
    """
    h, w = rgb.shape[:2]
    scale = long_side / max(h, w)
    nw, nh = max(1, round(w * scale)), max(1, round(h * scale))
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(rgb, (nw, nh), interpolation=mode)
    out = np.full((-(-nh // 32) * 32, -(-nw // 32) * 32, 3), PAD, np.uint8)
    out[:nh, :nw] = small
    return out[None], scale


class Reference:
    """A detector callable for `evalset.judge`.

    Args:
        model: a file, or its content.
        sides: long sides in pixels at which a picture is scanned.
        low: least score of a candidate.
        threads: of the processor.
    """

    def __init__(
        self,
        model: Path | bytes,
        sides: tuple[int, ...] = (960, 416),
        low: float = 0.05,
        threads: int = 2,
    ) -> None:
        self.net = session(model, threads)
        self.sides, self.low = sides, low

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        looks = [self._candidates(rgb, side) for side in self.sides]
        scale = np.repeat(np.arange(len(looks)), [len(found) for found in looks])
        zooms = [side / max(rgb.shape[:2]) for side in self.sides]
        found = agree(Detections.concat(looks), scale, zooms)
        return found.xyxy, found.score, (found.target == Target.PLATE).astype(np.int64)

    def _candidates(self, rgb: NDArray[np.uint8], long_side: int) -> Detections:
        """Boxes in source pixels at one scale, before any merging."""
        picture, zoom = letterbox(rgb, long_side)
        scores, distances = self.net.run(["scores", "distances"], {"image": picture})
        channel, at = np.nonzero(scores[0] >= self.low)
        x, y = (centre[at] for centre in grid(picture.shape[2], picture.shape[1]))
        left, top, right, bottom = distances[0][:, at]
        boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1) / zoom
        height, width = rgb.shape[:2]
        boxes = np.clip(boxes, 0, np.array([width, height] * 2)).astype(np.float32)
        return Detections(boxes, scores[0][channel, at], np.array(CHANNELS, np.int8)[channel])
