"""The verifier: is what lies in the middle of this crop a face, a plate, or neither?

A detector has to find small objects anywhere in a picture; this network is shown one place, large,
and learns from the detector's own mistakes. Its body is the detector's, up to stride 32.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from lab.training.augment import PAD
from lab.training.mine import CONTEXT
from lab.training.network import MEAN, SCALE, ConvBlock, FacePlateNet, shape_of
from lab.training.photometric import degrade

SIDE = 160
"""Pixels of the square that the network sees."""

VIEW = (1.5, 5.2)
"""Side of the window in the object's longer side, drawn log-uniformly."""

SMALLEST = (9.0, 6.0)
"""Height in pixels down to which faces and plates are made coarser at random."""

BATCH_SHARES = {(0, 1): 0.28, (1, 1): 0.28, (0, 0): 0.24, (1, 0): 0.20}
"""Shares of (target, object) in a batch."""

HARDER = 0.1
"""Score at which a mistake is drawn twice as often as one of score 0."""

BODIES = 0.3
"""Share of the faces' mistakes that are made here: places about a face that is hidden. What the
audit looks at is full of heads under a fill, with shoulders that promise a face above them."""

SOURCE_WEIGHT = {"mask853": 2.2, "mik1i_facedet": 1.4, "oid_google_lp": 1.8}


class Verifier(nn.Module):
    """uint8-valued f32 [B, 3, SIDE, SIDE] RGB -> logits f32 [B, 2], face and plate."""

    def __init__(self, detector: FacePlateNet) -> None:
        super().__init__()
        self.stem, self.s8 = detector.stem, detector.s8
        self.s16, self.s32 = detector.s16, detector.s32
        self.squeeze = ConvBlock(detector.shape.widths[4], 64)
        self.head = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(64 * (SIDE // 32) ** 2, 96),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(96, 2),
        )

    def forward(self, image: Tensor) -> Tensor:
        x = self.s32(self.s16(self.s8(self.stem((image - MEAN) / SCALE))))
        out: Tensor = self.head(self.squeeze(x).flatten(1))
        return out

    def conv_blocks(self) -> list[ConvBlock]:
        """Every ConvBlock in the order in which the exported graph names them."""
        parts: list[nn.Module] = [self.stem, self.s8, self.s16, self.s32, self.squeeze]
        return [m for part in parts for m in part.modules() if isinstance(m, ConvBlock)]


def is_verifier(path: Path) -> bool:
    """Whether a file is a verifier, which answers with scores alone, and not a detector."""
    import onnx

    return len(onnx.load(str(path)).graph.output) == 1


def shipped(path: Path) -> Verifier:
    """The network of an 8-bit file of `lab.training.verify`, to go on from what is shipped.

    The weights are those of the file, which have been rounded to 8 bit; what they were before is
    not kept anywhere.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            whole, step, zero = (values[n].astype(np.float32) for n in node.input)
            per = (-1, *(1,) * (whole.ndim - 1)) if step.ndim else ()
            values[node.output[0]] = (whole - zero.reshape(per)) * step.reshape(per)
    folded = [
        [torch.from_numpy(values[i].copy()) for i in n.input[1:3]]
        for n in graph.node
        if n.op_type == "Conv"
    ]
    dense = [n for n in graph.node if n.op_type == "Gemm"]
    net = Verifier(FacePlateNet(shape_of([int(w.shape[0]) for w, _ in folded])))
    for block, (w, b) in zip(net.conv_blocks(), folded, strict=True):
        block.load_folded(w, b)
    for layer, node in zip([m for m in net.head if isinstance(m, nn.Linear)], dense, strict=True):
        layer.weight.data.copy_(torch.from_numpy(values[node.input[1]].copy()))
        layer.bias.data.copy_(torch.from_numpy(values[node.input[2]].copy()))
    return net


class Places(IterableDataset[tuple[NDArray[np.uint8], int, int]]):
    """Endless augmented crops of `lab.training.mine` with target and object or not."""

    def __init__(self, crops: Path, seed: int) -> None:
        self.rows: list[list[Any]] = json.loads((crops / "index.json").read_text())
        self.data, self.seed = crops / "crops.bin", seed
        self.groups: dict[tuple[int, int], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for group in BATCH_SHARES:
            numbers = [n for n, r in enumerate(self.rows) if (r[2], r[3]) == group]
            p = np.array([self._weight(n) for n in numbers])
            self.groups[group] = np.array(numbers), p / p.sum()

    def _weight(self, number: int) -> float:
        """Rare sets more often, and mistakes the more often the surer the detector was."""
        source, score = self.rows[number][6:8]
        return SOURCE_WEIGHT.get(source, 1.0) * (HARDER**2 + score**2)

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], int, int]]:
        cv2.setNumThreads(0)
        info = get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        groups, shares = list(BATCH_SHARES), list(BATCH_SHARES.values())
        data = np.memmap(self.data, np.uint8, "r")
        while True:
            group = groups[rng.choice(len(groups), p=shares)]
            body = group == (0, 0) and rng.random() < BODIES
            numbers, p = self.groups[(0, 1) if body else group]
            row = self.rows[rng.choice(numbers, p=p)]
            bgr = cv2.imdecode(data[row[0] : row[0] + row[1]], cv2.IMREAD_COLOR)
            rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            if body:
                rgb = without_face(rgb, (row[4], row[5]), rng)
            view = augmented(rgb, row[2], (row[4], row[5]), rng)
            yield degrade(view, rng), row[2], group[1]


def without_face(
    rgb: NDArray[np.uint8], box: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A crop with the face in its middle filled from around, and its middle moved off the face.

    The fill is a normalised convolution, much like the one that `redact.render` draws; half of the
    crops are moved down to the body, the others stay or go anywhere near.
    """
    side = rgb.shape[0]
    axes = [max(2, round(side * v * float(rng.uniform(0.55, 0.75)))) for v in box]
    hole = cv2.ellipse(
        np.zeros((side, side), np.float32), (side // 2, side // 2), axes, 0, 0, 360, 1.0, -1
    )
    soft, sigma = cv2.GaussianBlur(hole, (0, 0), max(1.0, 0.08 * axes[0])), 0.7 * max(axes)
    seen = cv2.GaussianBlur(1 - hole, (0, 0), sigma)[..., None] + 1e-4
    fill = cv2.GaussianBlur(rgb * (1 - hole)[..., None], (0, 0), sigma) / seen
    soft = np.maximum(soft, hole)[..., None]
    filled = (rgb * (1 - soft) + fill * soft).clip(0, 255).astype(np.uint8)
    down = rng.random() < 0.5
    x = rng.normal(0, 0.4) * box[0] * side
    y = rng.uniform(0.6, 1.5) * box[1] * side if down else rng.normal(0, 0.3) * box[1] * side
    zoom, middle = float(np.exp(rng.uniform(np.log(0.6), np.log(1.4)))), side / 2
    move = np.array(
        [[zoom, 0.0, middle - zoom * (middle + x)], [0.0, zoom, middle - zoom * (middle + y)]]
    )
    moved = cv2.warpAffine(filled, move, (side, side), borderValue=(PAD,) * 3)
    return np.asarray(moved, np.uint8)


def augmented(
    rgb: NDArray[np.uint8], target: int, box: tuple[float, float], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """One window of a crop: moved, turned, mirrored, sometimes of a much smaller object.

    Args:
        box: width and height of the object in sides of the crop.
    """
    side = rgb.shape[0]
    window = side * float(np.exp(rng.uniform(*np.log(VIEW)))) / CONTEXT
    slant = float(np.clip(rng.normal(0, 9), -25, 25)) if rng.random() < 0.5 else 0.0
    move = cv2.getRotationMatrix2D((side / 2, side / 2), slant, 1.0)
    reach = 0.1 * side * max(box)
    move[:, 2] += rng.uniform(-reach, reach, 2) + window / 2 - side / 2
    size = max(8, round(window))
    out = cv2.warpAffine(rgb, move, (size, size), borderValue=(PAD,) * 3)
    height = side * box[1]
    if rng.random() < 0.35 and height > SMALLEST[target] * 1.2:
        least, most = np.log(SMALLEST[target]), np.log(min(height, 5 * SMALLEST[target]))
        coarse = max(8, round(size * float(np.exp(rng.uniform(least, most))) / height))
        out = _resized(out, min(size, coarse))
    out = _resized(out, SIDE)
    return np.ascontiguousarray(out[:, ::-1] if rng.random() < 0.5 else out).astype(np.uint8)


def _resized(rgb: Any, size: int) -> Any:
    mode = cv2.INTER_AREA if size < rgb.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(rgb, (size, size), interpolation=mode)


def collate(items: list[tuple[NDArray[np.uint8], int, int]]) -> tuple[Tensor, Tensor]:
    """Images uint8 [B, 3, SIDE, SIDE] and truth f32 [B, 2], 1 where it is that target.

    A mistake is neither; a face is no plate, and a plate no face.
    """
    images = np.stack([i for i, _, _ in items]).transpose(0, 3, 1, 2).copy()
    truth = np.zeros((len(items), 2), np.float32)
    for n, (_, target, real) in enumerate(items):
        truth[n, target] = real
    return torch.from_numpy(images), torch.from_numpy(truth)
