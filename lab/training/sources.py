"""The training sets: where they are, and their licences.

Every set is a public repository with a declared permissive licence, pinned to a commit. Known
faults of a set are listed in `redact/models/MODEL_CARD.md`.
"""

from __future__ import annotations

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
    workers_with_hats,
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
    Source(
        "camera_clips",
        "people",
        "seymanurakti/fight-detection-surv-dataset",
        "ff83b7c521e5",
        r"^(fight|noFight)/n?o?fi\d+\.mp4$",
        "MIT (as declared; clips cut from YouTube)",
        "cameras in shops, streets, buses, offices",
        camera_clips,
    ),
    Source(
        "icdar2015_walk",
        "people",
        "ocr-algorithm-and-data/ICDAR2015",
        "50f031dff55f",
        r"^End2End/TestSet/Imgs/",
        "CC BY 4.0 (as a card of the set elsewhere quotes its organisers)",
        "malls and streets through worn glasses, full of signs",
        pictures("End2End/TestSet/Imgs", 2),
    ),
    Source(
        "caltech_things",
        "people",
        "MachineLearning2020/Homework2-Caltech101",
        "836044dd0002",
        r"^101_ObjectCategories/(cougar_face|cougar_body|panda|dalmatian|wild_cat|Leopards"
        r"|crocodile_head|flamingo_head|llama|kangaroo|gerenuk|buddha|garfield|snoopy|stop_sign"
        r"|minaret|pagoda|watch|cellphone|laptop|camera|lamp|metronome|okapi|beaver)/",
        "CC BY 4.0 (as a card of Caltech 101 elsewhere says)",
        "animal heads, statues, dials, signs",
        pictures("101_ObjectCategories", 4),
    ),
    Source(
        "openmpf_samples",
        "people",
        "openmpf/openmpf",
        "1f9b0dde560a",
        r"^trunk/mpf-system-tests/src/test/resources/samples/(motion/five-second-marathon-clip\.mkv"
        r"|person/video_02\.mp4|person/race\.jpg|face/video_01\.mp4)$",
        "CC BY 2.0 and public domain (NOTICE beside the files)",
        "a marathon with numbers on chests, people walking",
        films(r".", 30),
    ),
    Source(
        "intel_previews",
        "people",
        "intel-iot-devkit/sample-videos",
        "579788908228",
        r"^(asl_gestures/(?!again|night|walk)[a-z]+\.mkv|preview/(store-aisle-detection|classroom"
        r"|worker-zone-detection|face-demographics-walking|face-demographics-walking-and-pause"
        r"|head-pose-face-detection-female-and-male)\.gif)$",
        "CC BY 4.0",
        "a shop aisle, a classroom, a corridor, one signer",
        films(r".", 40),
    ),
    Source(
        "falls_at_home",
        "people",
        "ekramalam/GMDCSA24-A-Dataset-for-Human-Fall-Detection-in-Videos",
        "5abac7693229",
        r"^Subject \d/(ADL|Fall)/\d+\.mp4$",
        "MIT",
        "webcams in three rooms, people lying and bending",
        films(r".", 60),
    ),
    Source(
        "thai_bridge",
        "plates",
        "xFieldxGod/Detect_Plate",
        "e467840c2b1f",
        r"^plate/(train|valid|test)/",
        "CC BY 4.0 (as declared)",
        "Thailand, cars from a bridge",
        one_copy(yolo_splits("plate", SPLITS, {0: "plate"})),
    ),
    Source(
        "webcam_students",
        "faces",
        "Darkpool645/facial_recognition",
        "6104129e116a",
        r"^dataset/(train|valid|test)/",
        "CC BY 4.0 (as declared)",
        "webcams, turned heads, Mexico",
        webcam_faces,
    ),
    Source(
        "roads_from_above",
        "people",
        "Sarthak-Kumar21/Traffic_object_detection",
        "d601851379ac",
        r"^Vehicle_Detection_Image_Dataset/(train|valid)/",
        "CC BY 4.0 (as declared)",
        "traffic cameras high above roads",
        roads_from_above,
    ),
    Source(
        "hardhat_workers",
        "people",
        "iprinceyadav/helmet-head-detection",
        "b64c233e5593",
        r"^(train|valid|test)/",
        "public domain (as declared; Hard Hat Workers of Northeastern University, China)",
        "workers with and without hard hats, every head boxed",
        workers_with_hats,
    ),
    Source(
        "caltech_round",
        "people",
        "MachineLearning2020/Homework2-Caltech101",
        "836044dd0002",
        r"^101_ObjectCategories/(soccer_ball|Motorbikes|car_side|chair|windsor_chair|cup|sunflower"
        r"|water_lilly|strawberry|lotus|bonsai|headphone|hedgehog|rooster|pigeon|emu|elephant"
        r"|platypus|rhino|brontosaurus|gramophone|pizza|barrel|mandolin)/",
        "CC BY 4.0 (as a card of Caltech 101 elsewhere says)",
        "wheels, balls, flowers, chairs, birds and other round things",
        pictures("101_ObjectCategories", 3),
    ),
    Source(
        "grocery_store",
        "people",
        "marcusklasson/GroceryStoreDataset",
        "fc80ba90f803",
        r"^dataset/(train|val|test)/",
        "MIT",
        "fruit, vegetables, cartons and bottles on the shelves of Swedish shops, nobody in them",
        pictures("dataset", 2),
    ),
)
