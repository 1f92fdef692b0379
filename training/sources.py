"""The training sets: where they are and what their owners declare.

Every set is a public repository with a declared permissive licence, pinned to a commit. What is
known to be wrong with a set is said in `redact/models/MODEL_CARD.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.readers import (
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
    """A set: folder kind and name, repository and commit, files wanted, licence, reader."""

    name: str
    kind: str
    repo: str
    commit: str
    files: str
    licence: str
    region: str
    read: Callable[[Path], Iterator[Labelled]]


SPLITS = ("train", "valid", "test")
SOURCES = (
    Source(
        "openlpr",
        "plates",
        "faisalthaheem/open-lpr-dataset-plate-detection",
        "7251620bb340",
        r"^(train|val)(/|\.db)",
        "Apache-2.0 (repository); photos from the web, image rights unproven",
        "UK, PK, IN, NL, US, AE and more",
        openlpr,
    ),
    Source(
        "oid_google_lp",
        "plates",
        "unknowncz/LP_recognition",
        "ecd25180ff57",
        r"^LP_Detection/",
        "labels CC BY 4.0, images CC BY 2.0 (Open Images)",
        "street photos, world-wide",
        oid,
    ),
    Source(
        "telattar_egypt_moto",
        "plates",
        "telattar/Egyptian-motorcycle-license-plate-dataset",
        "6fae4de2f69f",
        r"^(train|valid|test)/",
        "CC BY 4.0 (data.yaml); its README also says all rights reserved",
        "Egypt, motorcycles",
        yolo_splits("", SPLITS, {0: "plate"}),
    ),
    Source(
        "robertlucian_ro",
        "plates",
        "RobertLucian/license-plate-dataset",
        "f00f309e4564",
        r"^dataset/",
        "MIT, author's own footage",
        "Romania, dashcam",
        robertlucian,
    ),
    Source(
        "kaggle433",
        "plates",
        "elkinal/number-plate-detection",
        "ff5df7d036e5",
        r"^data/(images|labels)/",
        "CC0 1.0 (as declared)",
        "IN, US, EU, UK",
        kaggle433,
    ),
    Source(
        "easypr_cn",
        "plates",
        "liuruoze/EasyPR",
        "a0a9f3c3f612",
        r"^resources/image/general_test/",
        "Apache-2.0",
        "China",
        easypr,
    ),
    Source(
        "iwpod_train_mix",
        "plates",
        "claudiojung/iwpod-net",
        "8cb667e54bae",
        r"^train_dir/",
        "MIT; CCPD images MIT",
        "China",
        iwpod,
    ),
    Source(
        "abbysgud_id",
        "plates",
        "AbbysGud/Plate_Detection-YOLOv8",
        "37f2bbc3754b",
        r"^Dataset/(train|valid|test)/",
        "CC BY 4.0 (as declared)",
        "Indonesia",
        yolo_splits("Dataset", SPLITS, {0: "plate"}),
    ),
    Source(
        "mask853",
        "faces",
        "hittheant/475Project",
        "c02968abc943",
        r"^archive/",
        "CC0 1.0 (as declared)",
        "mostly East Asia, masks, crowds",
        mask853,
    ),
    Source(
        "mik1i_facedet",
        "faces",
        "SaltyfishQAQQ/ECE342-CV_Model",
        "b39671543d7c",
        r"^Face-Detection-2/",
        "CC BY 4.0",
        "phone and webcam frames, offices, masks",
        yolo_splits("Face-Detection-2", SPLITS, {0: "face"}),
    ),
    Source(
        "hardhat_groups",
        "people",
        "Especializacion-IA/yolov8-hard-hat_test",
        "20c5ba627e40",
        r"^dataset/(train|valid|test)/",
        "CC BY 4.0 (as declared)",
        "groups of workers",
        yolo_splits("dataset", SPLITS, {}),
    ),
)
