"""Which weights are used, proof that they are the ones that were measured, and the score from which
a detection counts. Measure again whenever the weights change.

Weights of this release: face-plate.int8.onnx, SHA-256 98ac7172…
What they find on single pictures stands in `redact/models/MODEL_CARD.md`, by
`python -m lab.training.evaluate EVAL --package balanced`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ..errors import ModelError
from ..words import problem

FACE_PLATE_FILE: Final = "face-plate.int8.onnx"
VERIFIER_FILE: Final = "verifier.int8.onnx"
CENTERFACE_FILE: Final = "centerface/centerface.int8.onnx"
EYE_FILE: Final = "eye/eye.int8.onnx"
PEOPLE_FILE: Final = "nanodet/nanodet-person.int8.onnx"
TEXT_DETECTION: Final = "ppocr/text-detection.onnx"
TEXT_RECOGNITION: Final = "ppocr/text-recognition.onnx"
TRIAL: Final = "eight-bit-trial.onnx"
SELFIE: Final = "mediapipe/selfie_segmentation.tflite"


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file.

    Attributes:
        name: for people.
        needed_for: what does not work without it, a key of the table `needed_for`.
        sha256: pinned.
        required: redact can hide faces and plates only with it.
    """

    name: str
    needed_for: str
    sha256: str
    required: bool = True


_OLDER: Final = "processors without VNNI"

# fmt: off
WEIGHTS: Final = {
    FACE_PLATE_FILE: Weights("redact face+plate, int8", "every run",
        "98ac7172563a19fc62ac3bfa9adfad9bb221e4ef0942cbee700c25679c620959"),
    VERIFIER_FILE: Weights("redact verifier, int8", "every run",
        "624414dc582b39bcb639e0030f996b188d8695f0180829222eb2c777f041a930"),
    CENTERFACE_FILE: Weights("CenterFace, int8", "faces, at every sensitivity",
        "318c9a3843d1fb63c9159379a38fd41f6c2dbb51f4caf04227d306270611448d"),
    EYE_FILE: Weights("redact eye, int8", "heads and close looks",
        "1e1718fa8a33f19c9fd4ee971597727c55f8e147db2246ad208ddc00e3432fd6"),
    PEOPLE_FILE: Weights("NanoDet, int8", "faces, at every sensitivity",
        "a99b134203f0a84a046e8707709bcac92d84dea4a66a387de05fc9064d9fe99f"),
    TEXT_DETECTION: Weights("PP-OCRv4, finds text", "reading",
        "15ba55ba067a117d95e7f78220062fe8b36526a40a386bcd9f9bc2cbf1a5b16d"),
    TEXT_RECOGNITION: Weights("PP-OCRv4, reads text", "reading",
        "26bba89b81fd3586e07bcbad98c9b1600c0bff011258b094afa72bcee43950db"),
    TRIAL: Weights("eight-bit-trial", _OLDER,
        "4265ce7ec0740406484948646544342b39766676d9cf7752166f7cf4dedf9a3f"),
    "face-plate.int7.onnx": Weights("face-plate.int7", _OLDER,
        "a691553049203733ed5ed354ecaf1c6e8cbb3cc222b0ec73d0228e31351e03ca"),
    "verifier.int7.onnx": Weights("verifier.int7", _OLDER,
        "fada87f7ff91f4facc5aa3d20651cc33a8d19f73967e0a41d65e075ee2e8c083"),
    "centerface/centerface.int7.onnx": Weights("centerface.int7", _OLDER,
        "93ba21baaf6c1e83c66fa6ae2a0bcdc958f10c31d414adf8054b97d0c1c60ef2"),
    "eye/eye.int7.onnx": Weights("eye.int7", _OLDER,
        "ea714a20afe0f5156a56ee4787d5fb81ea86969bec52b641ec0769c998edd07e"),
    "nanodet/nanodet-person.int7.onnx": Weights("nanodet-person.int7", _OLDER,
        "869fe957ffc0212029e4b0c48b46cd6c51b4ac7a80a8958c5ce1359bef0e1ccd", required=False),
    SELFIE: Weights("MediaPipe selfie segmentation", "--targets people",
        "377080ee15ed550e0c4da6c3017f16b76445b58a40e01dddddbddfc0308a426c", required=False),
}
# fmt: on
"""By file below `redact/models/`. What runs is int8; int7, made by `lab.training.headroom`, is the
same for processors without VNNI, and the trial finds out which they are. CenterFace, the eye and
NanoDet were brought to 8 bits by `lab.training.eight_bit`, `lab.training.eye.eight_bit` and
`lab.training.people_8bit`, PP-OCRv4 was stored in 16 bits by `lab.training.sixteen_bit`, and
MediaPipe's was given the range of its input by `lab.training.selfie`."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model file as it is found now; see `Weights`.

    Attributes:
        file: name below `redact/models/`.
        state: "ok", "missing" or "changed".
    """

    name: str
    file: str
    sha256: str
    state: str
    needed_for: str
    required: bool


def describe_models() -> list[ModelState]:
    """All model files, ours first, each looked up and hashed now. Raises nothing."""
    return [
        ModelState(w.name, file, w.sha256, _state(file), w.needed_for, w.required)
        for file, w in WEIGHTS.items()
    ]


def _state(file: str) -> str:
    try:
        digest = hashlib.sha256(weights_file(file).read_bytes()).hexdigest()
    except OSError:
        return "missing"
    return "ok" if digest == WEIGHTS[file].sha256 else "changed"


def in_7_bits(name: str) -> str:
    """Name of an 8-bit network's form for older processors."""
    return name.replace(".int8.", ".int7.")


def weights_file(name: str, folder: Path | None = None) -> Traversable:
    """Where a weights file is, or would be; `folder` stands for the installed `models`."""
    root = folder if folder is not None else resources.files("redact.models")
    return root.joinpath(*name.split("/"))


def read_weights(name: str, folder: Path | None = None) -> bytes:
    """Contents of one weights file, checked against its pinned SHA-256.

    Callers give these very bytes to the engine, so what was checked is what runs.

    Args:
        name: a key of `WEIGHTS`.
        folder: where to look instead of the installed package.

    Raises:
        ModelError: if the file is missing or is not the pinned one.
    """
    try:
        data = weights_file(name, folder).read_bytes()
    except OSError as error:
        raise problem(ModelError, "no_model", name=name) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS[name].sha256:
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
