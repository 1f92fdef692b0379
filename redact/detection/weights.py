"""Which weights are used, proof that they are the ones that were measured, and from which score on
a detection counts. To be measured anew with every change of weights.

Weights of this release: face-plate.int8.onnx, SHA-256 98ac7172…
Recall / precision of what `balanced` says of single pictures (probabilities, CenterFace included):

    python -m tests.detect.calibrate stills --every 3 --detectors balanced
        probability        0.06        0.1         0.2         0.3         0.4
        207 faces ≥ 24 px  .986/.907   .986/.940   .981/.971   .981/.976   .981/.976
        122 plates ≥ 8 px  .934/.630   .926/.706   .910/.822   .902/.880   .877/.907
    python -m tests.detect.calibrate pasted --every 3 --detectors balanced   (recall, 1080p)
        88 faces of 20 px  .727        .727        .636        .614        .545
        88 faces of 32 px  .943        .932        .898        .886        .875

Both use the folder of annotated stills given with --eval. Faces match at IoU 0.35, plates at 0.5.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ..errors import ModelError
from ..words import problem

FACE_PLATE_SHA256: Final[dict[str, str]] = {
    "face-plate.int8.onnx": "98ac7172563a19fc62ac3bfa9adfad9bb221e4ef0942cbee700c25679c620959",
    "face-plate.onnx": "b0084ec6ef0f503524306ea2c97bf607b71c762c2d267dd84dccdff8e82e4310",
}
"""Our own network, file name under `redact/models/` → SHA-256. int8 is the one that runs."""

VERIFIER: Final = "verifier.int8.onnx"

VERIFIER_SHA256: Final[dict[str, str]] = {
    VERIFIER: "624414dc582b39bcb639e0030f996b188d8695f0180829222eb2c777f041a930",
}
"""The network that looks again at what the audit found, likewise."""

CENTERFACE: Final = "centerface/centerface.int8.onnx"

CENTERFACE_SHA256: Final[dict[str, str]] = {
    CENTERFACE: "318c9a3843d1fb63c9159379a38fd41f6c2dbb51f4caf04227d306270611448d",
}
"""CenterFace in 8 bits, made by `training.eight_bit` from what its authors published."""

EYE: Final = "eye/eye.int8.onnx"

EYE_SHA256: Final[dict[str, str]] = {
    EYE: "61bc92375b614c3652d5a022b78572f09ce23c57d27ce54f6083bf8cb9128034",
}
"""The eye in 8 bits, made by `training.eye.eight_bit`; it knows heads."""

PEOPLE: Final = "nanodet/nanodet-person.int8.onnx"

PEOPLE_SHA256: Final[dict[str, str]] = {
    PEOPLE: "a99b134203f0a84a046e8707709bcac92d84dea4a66a387de05fc9064d9fe99f",
}
"""NanoDet in 8 bits, made by `training.people_8bit` from what its authors published."""

TRIAL: Final = "eight-bit-trial.onnx"

OLDER_PROCESSORS_SHA256: Final[dict[str, str]] = {
    TRIAL: "4265ce7ec0740406484948646544342b39766676d9cf7752166f7cf4dedf9a3f",
    "face-plate.int7.onnx": "a691553049203733ed5ed354ecaf1c6e8cbb3cc222b0ec73d0228e31351e03ca",
    "verifier.int7.onnx": "fada87f7ff91f4facc5aa3d20651cc33a8d19f73967e0a41d65e075ee2e8c083",
    "centerface/centerface.int7.onnx": (
        "93ba21baaf6c1e83c66fa6ae2a0bcdc958f10c31d414adf8054b97d0c1c60ef2"
    ),
    "eye/eye.int7.onnx": "8114f874ad1899866245f8632bddd96f805fd4ea73700ff5c26237be19a2e58b",
    "nanodet/nanodet-person.int7.onnx": (
        "869fe957ffc0212029e4b0c48b46cd6c51b4ac7a80a8958c5ce1359bef0e1ccd"
    ),
}
"""The same networks for processors without VNNI, and the small one that finds that out, made by
`training.headroom`."""

MEDIAPIPE_SHA256: Final[dict[str, str]] = {
    "mediapipe/face_detection_full_range_sparse.tflite": (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    ),
    "mediapipe/face_detection_short_range.tflite": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
}
"""MediaPipe's face models, as in the official wheel of mediapipe 0.10.21."""

HOW_TO_GET: Final = "install redact again: pip install --force-reinstall --no-deps redact-footage"


def in_7_bits(name: str) -> str:
    """Name of an 8-bit network's form for older processors."""
    return name.replace(".int8.", ".int7.")


def all_weights() -> dict[str, str]:
    """Every weights file redact knows, name under `redact/models/` → pinned SHA-256."""
    return {
        **FACE_PLATE_SHA256,
        **VERIFIER_SHA256,
        **CENTERFACE_SHA256,
        **EYE_SHA256,
        **PEOPLE_SHA256,
        **OLDER_PROCESSORS_SHA256,
        **MEDIAPIPE_SHA256,
    }


def weights_file(name: str, folder: Path | None = None) -> Traversable:
    """Where a weights file is, or would be; `folder` stands for the installed `models`."""
    root = folder if folder is not None else resources.files("redact.models")
    return root.joinpath(*name.split("/"))


def read_weights(name: str, folder: Path | None = None) -> bytes:
    """Contents of one weights file, checked against its pinned SHA-256.

    Callers give these very bytes to the engine, so what was checked is what runs.

    Args:
        name: a key of `all_weights()`.
        folder: where to look instead of the installed package.

    Raises:
        ModelError: if the file is missing or is not the pinned one.
    """
    try:
        data = weights_file(name, folder).read_bytes()
    except OSError as error:
        raise problem(ModelError, "no_model", name=name) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != all_weights()[name]:
        raise problem(ModelError, "other_model", name=name, digest=digest[:16])
    return data


CANDIDATE_SCORE: Final = 0.06
"""Our network's answer of one picture ends here, before it is weighed: above what is noise
at every place of a picture; the calibration decides what a score is worth."""

NETWORK_SCORE: Final = 0.05
"""From here on what the network says of one view takes part in the merging of scales:
just below `CANDIDATE_SCORE`, which the mean of the scales may reach from there."""

NMS_IOU: Final = 0.5
"""Two boxes of one target that overlap more than this are one object: as in
training."""

BLAZEFACE_SCORE: Final = 0.3
"""MediaPipe's detections below this are not returned: its scores are near 0 or near 1,
and below this nearly all are no faces."""
