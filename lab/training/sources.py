"""The training sets: where they are, and their licences.

What each is, is in `sources.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.training.films import (
    camera_clips,
    films,
    one_copy,
    pictures,
    roads_from_above,
    webcam_faces,
)
from lab.training.readers import (
    Labelled,
    easypr,
    iwpod,
    kaggle433,
    mask853,
    oid,
    openlpr,
    robertlucian,
    yolo_splits,
)


@dataclass(frozen=True)
class Source:
    """A set: folder kind and name, repository and commit, pattern of files, licence, reader."""

    name: str
    kind: str
    repo: str
    commit: str
    files: str
    licence: str
    region: str
    read: Callable[[Path], Iterator[Labelled]]


SPLITS = ("train", "valid", "test")
READERS: dict[str, Callable[[Path], Iterator[Labelled]]] = {
    "openlpr": openlpr,
    "oid_google_lp": oid,
    "telattar_egypt_moto": yolo_splits("", SPLITS, {0: "plate"}),
    "robertlucian_ro": robertlucian,
    "kaggle433": kaggle433,
    "easypr_cn": easypr,
    "iwpod_train_mix": iwpod,
    "abbysgud_id": yolo_splits("Dataset", SPLITS, {0: "plate"}),
    "mask853": mask853,
    "mik1i_facedet": yolo_splits("Face-Detection-2", SPLITS, {0: "face"}),
    "hardhat_groups": yolo_splits("dataset", SPLITS, {}),
    "camera_clips": camera_clips,
    "icdar2015_walk": pictures("End2End/TestSet/Imgs", 2),
    "caltech_things": pictures("101_ObjectCategories", 4),
    "openmpf_samples": films(".", 30),
    "intel_previews": films(".", 40),
    "falls_at_home": films(".", 60),
    "thai_bridge": one_copy(yolo_splits("plate", SPLITS, {0: "plate"})),
    "webcam_students": webcam_faces,
    "roads_from_above": roads_from_above,
}
SOURCES = tuple(
    Source(name, **told, read=READERS[name])
    for name, told in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()
)
