"""The eye looking at whole pictures, at several sizes: boxes of every target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.detect.reference import letterbox, nms
from training.eye.network import Eye, boxes
from training.eye.targets import TARGETS
from training.eye.teacher import joined

Rgb = NDArray[np.uint8]
Found = dict[str, list[list[float]]]
LOW, NMS_IOU = 0.03, 0.4


def load_eye(weights: Path, centerface: Path) -> Eye:
    """An eye from the weights of `training.eye.train` (average-STEP.pt, last.pt)."""
    state: dict[str, Any] = torch.load(weights, weights_only=True)
    state = state.get("average", state)
    eye = Eye(centerface, state["branch.weight"].shape[0])
    eye.load_state_dict({k: v.float() for k, v in state.items()})
    eye.eval()
    return eye.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def one_size(eye: Eye, rgb: Rgb, long_side: int, low: float = LOW) -> Found:
    """What it sees at one size: [x1, y1, x2, y2, score] by target, source pixels."""
    image, zoom = letterbox(rgb, long_side)
    x = torch.from_numpy(image).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        logits, geometry = eye(x.contiguous(memory_format=torch.channels_last))
        heat, found = torch.sigmoid(logits)[0].numpy(), boxes(geometry)[0].numpy()
    out: Found = {}
    for k, name in enumerate(TARGETS):
        i, j = np.nonzero(heat[k] >= low)
        b = (found[k, i, j] / zoom).astype(np.float32)
        b[:, [0, 2]] = b[:, [0, 2]].clip(0, rgb.shape[1])
        b[:, [1, 3]] = b[:, [1, 3]].clip(0, rgb.shape[0])
        s = heat[k, i, j].astype(np.float32)
        kept = nms(b, s, NMS_IOU)
        pairs = zip(b[kept], s[kept], strict=True)
        out[name] = [[*(float(v) for v in box), float(score)] for box, score in pairs]
    return out


def load_look(weights: Path, centerface: Path, sizes: Sequence[int]) -> Callable[[Rgb], Found]:
    """A look at several sizes, scores joined as the mean of log odds."""
    torch.set_flush_denormal(True)
    eye = load_eye(weights, centerface)

    def look(rgb: Rgb) -> Found:
        seen = [one_size(eye, rgb, side) for side in sizes]
        return {name: joined([s[name] for s in seen]) for name in TARGETS}

    return look
