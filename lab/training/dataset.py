"""The index of `lab.training.prepare` as an endless stream of augmented crops.

Decoding dominates the cost of a crop, so each worker keeps a pool of decoded images, draws every
crop from it and replaces the images one by one.
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
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from lab.training.augment import Boxes, Image, Sample, Sizes, training_crop

#: How often a set is drawn relative to its number of images: few and hard ones more often.
SOURCE_WEIGHT = {
    "mask853": 2.2,
    "mik1i_facedet": 1.6,
    "oid_google_lp": 1.6,
    "openlpr": 0.8,
    "telattar_egypt_moto": 0.6,
    "robertlucian_ro": 0.8,
    "kaggle433": 1.2,
    "easypr_cn": 1.0,
    "abbysgud_id": 0.6,
    "hardhat_groups": 1.2,
    "camera_clips": 6.0,
    "icdar2015_walk": 4.0,
    "caltech_things": 1.0,
    "openmpf_samples": 6.0,
    "intel_previews": 4.0,
    "falls_at_home": 3.0,
    "thai_bridge": 1.0,
    "webcam_students": 1.5,
    "roads_from_above": 0.5,
}
SIZES = Sizes()
POOL = 128
#: Crops drawn from the pool for each image which is replaced.
REUSE = 3


def load_sample(cache: Path, entry: dict[str, Any]) -> Sample:
    """Decode one index entry."""
    image = cv2.imread(str(cache / "images" / entry["file"]), cv2.IMREAD_COLOR)
    if image is None:
        raise FileNotFoundError(entry["file"])
    boxes = np.asarray(entry["boxes"], np.float32).reshape(-1, 6)
    rgb = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
    mistakes = np.asarray(entry.get("mistakes", []), np.float32).reshape(-1, 6)
    return Sample(rgb, boxes, tuple(entry["known"]), mistakes)


def weights(entries: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Probability of each entry, f64 [len(entries)]: its own weight or that of its set."""
    w = np.array([e.get("weight", SOURCE_WEIGHT.get(e["source"], 1.0)) for e in entries])
    return np.asarray(w / w.sum(), np.float64)


class Crops(IterableDataset[tuple[Image, Boxes]]):
    """Endless crops; `seed` and the worker's number fix the sequence."""

    def __init__(self, cache: Path, size: int, seed: int) -> None:
        self.cache, self.size, self.seed = cache, size, seed
        self.entries: list[dict[str, Any]] = json.loads((cache / "index.json").read_text())
        self.p = weights(self.entries)

    def __iter__(self) -> Iterator[tuple[Image, Boxes]]:
        cv2.setNumThreads(0)
        info = get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        pool: list[Sample] = []

        def fresh() -> Sample:
            return load_sample(self.cache, self.entries[rng.choice(len(self.p), p=self.p)])

        def draw() -> Sample:
            if len(pool) < POOL:
                pool.append(fresh())
                return pool[-1]
            at = int(rng.integers(len(pool)))
            if rng.random() < 1.0 / REUSE:
                pool[at] = fresh()
            return pool[at]

        while True:
            yield training_crop(draw, self.size, rng, SIZES)


def collate(items: list[tuple[Image, Boxes]]) -> tuple[Tensor, list[Tensor]]:
    """Batch uint8 [B, 3, S, S] and the boxes f32 [M, 6] of each image."""
    images = torch.from_numpy(np.stack([i for i, _ in items]).transpose(0, 3, 1, 2).copy())
    return images, [torch.from_numpy(b) for _, b in items]
