"""Our face and plate network: one RGB image in, scored boxes out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..types import Detections, Target
from .engine import open_network

STRIDES: Final = (8, 16, 32)
"""Output grids in the order in which the network lists them (model card). Meaning: pixels of its
picture per point of the grid."""

PAD: Final = 114
"""Grey that fills the image up to a multiple of the largest stride. Meaning: as in
training."""


KEPT_SIZES: Final = 8
"""Sizes of pictures for which working arrays are kept. Meaning: those of all scales and tiles of a
clip; parts of a picture have many sizes."""


def default_threads() -> int:
    """Processors this process may use, at most 8: the network is too small for more."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        usable = os.cpu_count() or 1
    return max(1, min(usable, 8))


def grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centres of all output points of a width × height input.

    Returns:
        x and y, float32 [N] each, in input pixels; strides 8, 16, 32, rows first.
    """
    xs, ys = [], []
    for stride in STRIDES:
        x = (np.arange(width // stride, dtype=np.float32) + 0.5) * stride
        y = (np.arange(height // stride, dtype=np.float32) + 0.5) * stride
        xs.append(np.tile(x, len(y)))
        ys.append(np.repeat(y, len(x)))
    return np.concatenate(xs), np.concatenate(ys)


class Network:
    """The shipped network in onnxruntime.

    Args:
        weights: contents of the ONNX file.
        least: lowest score to return, per target; targets not in it are not looked for.
        threads: processors for one image.
        keep_memory: see `redact.detection.engine.open_network`.

    Raises:
        ModelError: if onnxruntime cannot load the weights.
        DependencyError: if this onnxruntime contacts a server.
    """

    def __init__(
        self,
        weights: bytes,
        least: Mapping[Target, float],
        threads: int,
        keep_memory: bool = False,
    ) -> None:
        self._session = open_network(
            weights, threads, "the face and plate network", keep_memory=keep_memory
        )
        self._least = dict(least)
        self._grids: dict[
            tuple[int, int],
            tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]],
        ] = {}

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All boxes of the wanted targets in one image, before suppression of duplicates.

        Args:
            rgb: uint8 [H, W, 3]; padded here to multiples of 32 on the right and below.

        Returns:
            Boxes in pixels of `rgb`, not clipped to it.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        height, width = rgb.shape[:2]
        image, x, y = self._prepared(width, height)
        image[0, :height, :width] = rgb
        try:
            scores, distances = self._session.run(["scores", "distances"], {"image": image})
        except Exception as error:  # see open_network
            raise UnsafeError(f"the face and plate network failed: {error}") from error
        scores, distances = scores[0], distances[0]
        if not np.isfinite(scores).all() or scores.shape[1] != len(x):
            raise UnsafeError("the face and plate network gave an unusable answer")
        parts = [self._decode(scores[t], distances, x, y, t) for t in self._least]
        return Detections.concat(parts)

    def _prepared(
        self, width: int, height: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Padded input image and point centres for a size, kept for the next frame."""
        if (width, height) not in self._grids:
            if len(self._grids) >= KEPT_SIZES:
                self._grids.pop(next(iter(self._grids)))
            largest = STRIDES[-1]
            padded_w, padded_h = -(-width // largest) * largest, -(-height // largest) * largest
            image = np.full((1, padded_h, padded_w, 3), PAD, np.uint8)
            self._grids[width, height] = (image, *grid(padded_w, padded_h))
        return self._grids[width, height]

    def _decode(
        self,
        score: NDArray[np.float32],
        distances: NDArray[np.float32],
        x: NDArray[np.float32],
        y: NDArray[np.float32],
        target: Target,
    ) -> Detections:
        which = np.flatnonzero(score >= self._least[target])
        left, top, right, bottom = distances[:, which]
        x, y = x[which], y[which]
        try:
            return Detections(
                np.stack([x - left, y - top, x + right, y + bottom], axis=1),
                score[which],
                np.full(len(which), target, np.int8),
            )
        except ValueError as error:
            raise UnsafeError("the face and plate network gave an unusable answer") from error
