"""Milliseconds per frame, as ratios to CenterFace measured in the same run.

Times of a shared machine drift by more than the differences of interest, so all networks take
turns on every round and the median over the rounds is compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

#: Network input sizes, width and height.
SIZES = ((640, 384), (960, 544), (1280, 736))
SECOND_SIDE = 416

Frame = Callable[[int, int], None]


def runner(net: ort.InferenceSession, second: bool = False) -> Frame:
    """One frame through a network; with `second` also at the long side of 416.

    Ours take the image as it is, bytes [1, H, W, 3]; others f32 [1, 3, H, W], made beforehand.
    """
    name, kind = net.get_inputs()[0].name, net.get_inputs()[0].type
    inputs: dict[tuple[int, int], NDArray[np.generic]] = {}

    def image(w: int, h: int) -> NDArray[np.generic]:
        if (w, h) not in inputs:
            rgb = np.random.default_rng(w).integers(0, 256, (1, h, w, 3), np.uint8)
            if kind != "tensor(uint8)":
                inputs[(w, h)] = rgb.transpose(0, 3, 1, 2).astype(np.float32)
            else:
                inputs[(w, h)] = rgb
        return inputs[(w, h)]

    def run(w: int, h: int) -> None:
        net.run(None, {name: image(w, h)})
        if second:
            small = -(-round(h * SECOND_SIDE / w) // 32) * 32
            net.run(None, {name: image(SECOND_SIDE, small)})

    return run


def measure(
    frames: dict[str, Frame], rounds: int = 15, processor: bool = False
) -> dict[str, dict[tuple[int, int], float]]:
    """Median milliseconds of every network at every size.

    With `processor`, for sessions of one thread: the smallest processor time, which other work on
    the machine disturbs least.
    """
    clock = time.thread_time if processor else time.perf_counter
    out: dict[str, dict[tuple[int, int], float]] = {k: {} for k in frames}
    for w, h in SIZES:
        times: dict[str, list[float]] = {k: [] for k in frames}
        for n in range(rounds + 2):
            for name, run in frames.items():
                begun = clock()
                run(w, h)
                if n >= 2:
                    times[name].append((clock() - begun) * 1e3)
        for name, values in times.items():
            out[name][(w, h)] = float(min(values) if processor else np.median(values))
    return out
