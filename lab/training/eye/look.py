"""The eye looking at whole pictures, at several sizes: boxes of every target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor

from lab.detect.reference import letterbox, nms
from lab.training.eye.network import boxes
from lab.training.eye.targets import TARGETS
from lab.training.eye.teacher import joined

Rgb = NDArray[np.uint8]
Found = dict[str, list[list[float]]]
#: Probabilities of heat and geometry, as `lab.training.eye.export` has them, of a uint8 [1, 3, H,
#: W].
Net = Callable[[NDArray[np.uint8]], tuple[Tensor, Tensor]]
Look = Callable[[Rgb], Found]
LOW, NMS_IOU = 0.03, 0.4
#: Boxes of a target that are kept, the surest ones.
MOST = 150


def load_eye(weights: Path, centerface: Path | None = None) -> Net:
    """An eye from an ONNX file, in floats or in 8 bits, or from weights of
    `lab.training.eye.train`, which need `centerface`."""
    if weights.suffix == ".onnx":
        return _from_onnx(weights)
    from lab.training.eye.export import average_of, eye_of

    assert centerface is not None, "weights that are no ONNX file need CenterFace's"
    torch.set_flush_denormal(True)
    eye = eye_of(average_of(weights)["average"], centerface)
    eye.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def net(image: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
        x = torch.from_numpy(image).float().contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            logits, geometry = eye(x)
        return torch.sigmoid(logits), geometry

    return net


def _from_onnx(file: Path) -> Net:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options)
    entry = session.get_inputs()[0]
    kind = np.uint8 if "uint8" in entry.type else np.float32

    def net(image: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
        heat, geometry = session.run(["heat", "geometry"], {entry.name: image.astype(kind)})
        return torch.from_numpy(heat), torch.from_numpy(geometry)

    return net


def one_size(net: Net, rgb: Rgb, long_side: int, low: float = LOW) -> Found:
    """What it sees at one size: [x1, y1, x2, y2, score] by target, source pixels."""
    image, zoom = letterbox(rgb, long_side)
    heat_of, geometry = net(np.ascontiguousarray(image.transpose(0, 3, 1, 2)))
    heat, found = heat_of[0].numpy(), boxes(geometry)[0].numpy()
    out: Found = {}
    for k, name in enumerate(TARGETS):
        i, j = np.nonzero(heat[k] >= low)
        b = (found[k, i, j] / zoom).astype(np.float32)
        b[:, [0, 2]] = b[:, [0, 2]].clip(0, rgb.shape[1])
        b[:, [1, 3]] = b[:, [1, 3]].clip(0, rgb.shape[0])
        s = heat[k, i, j].astype(np.float32)
        kept = nms(b, s, NMS_IOU)[:MOST]
        pairs = zip(b[kept], s[kept], strict=True)
        out[name] = [[*(float(v) for v in box), float(score)] for box, score in pairs]
    return out


def load_look(weights: Path, centerface: Path | None, sizes: Sequence[int]) -> Look:
    """A look at several sizes, scores joined as the mean of log odds."""
    net = load_eye(weights, centerface)

    def look(rgb: Rgb) -> Found:
        seen = [one_size(net, rgb, side) for side in sizes]
        return {name: joined([s[name] for s in seen]) for name in TARGETS}

    return look
