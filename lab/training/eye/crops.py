"""Endless training crops for the eye, with the maps that it should show for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from lab.training.augment import Sample, Sizes, training_crop
from lab.training.dataset import load_sample
from lab.training.eye.targets import target_maps

#: How often a set is drawn: the sum of a set's pictures has so much of the crops.
SHARE = {
    "hardhat_workers": 20.0,
    "camera_clips": 24.0,
    "hardhat_groups": 10.0,
    "icdar2015_walk": 5.0,
    "openmpf_samples": 3.0,
    "intel_previews": 2.0,
    "falls_at_home": 4.0,
    "caltech_things": 2.0,
    "caltech_round": 3.0,
    "grocery_store": 10.0,
    "roads_from_above": 0.7,
    "mask853": 8.0,
    "mik1i_facedet": 6.0,
    "webcam_students": 1.5,
    "openlpr": 9.0,
    "oid_google_lp": 8.0,
    "robertlucian_ro": 3.0,
    "telattar_egypt_moto": 2.0,
    "kaggle433": 3.0,
    "easypr_cn": 2.0,
    "abbysgud_id": 1.0,
    "thai_bridge": 1.0,
}
#: From a few pixels to more than the crop; the eye looks at a picture at three sizes, the smallest
#: of which makes of what fills the picture something of 100 to 190 pixels.
SIZES = Sizes(
    usual=((7.0, 170.0), (5.0, 60.0), (9.0, 200.0)),
    close=((120.0, 360.0), (40.0, 200.0), (150.0, 400.0)),
    small=((7.0, 60.0), (4.5, 30.0), (9.0, 75.0)),
    close_share=0.2,
)
POOL = 160

Item = tuple[np.ndarray[Any, np.dtype[np.uint8]], tuple[Any, ...]]


class EyeCrops(IterableDataset[Item]):
    """Crops of a cache (`lab.training.eye.index`); `seed` fixes the sequence."""

    def __init__(self, cache: Path, size: int, seed: int) -> None:
        self.cache, self.size, self.seed = cache, size, seed
        self.entries: list[dict[str, Any]] = [
            e for e in json.loads((cache / "index.json").read_text()) if e["source"] in SHARE
        ]
        count: dict[str, float] = {}
        for e in self.entries:
            count[e["source"]] = count.get(e["source"], 0.0) + e.get("weight", 1.0)
        p = np.array(
            [SHARE[e["source"]] * e.get("weight", 1.0) / count[e["source"]] for e in self.entries]
        )
        self.p = p / p.sum()

    def __iter__(self) -> Iterator[Item]:
        cv2.setNumThreads(0)
        info = get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        pool: list[Sample] = []

        def fresh() -> Sample:
            entry = self.entries[rng.choice(len(self.p), p=self.p)]
            return load_sample(self.cache, entry)

        def draw() -> Sample:
            if len(pool) < POOL:
                pool.append(fresh())
                return pool[-1]
            at = int(rng.integers(len(pool)))
            if rng.random() < 0.3:
                pool[at] = fresh()
            return pool[at]

        while True:
            image, boxes = training_crop(draw, self.size, rng, SIZES)
            yield image, target_maps(boxes, self.size)


def collate(items: list[Item]) -> tuple[Tensor, list[Tensor]]:
    """Batch uint8 [B, 3, S, S] and the stacked maps."""
    images = torch.from_numpy(np.stack([i for i, _ in items]).transpose(0, 3, 1, 2).copy())
    maps = [torch.from_numpy(np.stack(m)) for m in zip(*(m for _, m in items), strict=True)]
    return images, maps
