"""Which weights are shipped, and proof that they are the ones that were measured."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Final

from ..errors import ModelError

FACE_PLATE_SHA256: Final[dict[str, str]] = {
    "face-plate.int8.onnx": "8cd4650cfd504cf78317c642532342d592d27f223392f1ccf772d56e0ec8a227",
    "face-plate.onnx": "9ffac0fbfc26fdd58b92cee3297d124ee5699c7a882966d39337e3a7a384df60",
}
"""Our own network, file name under `redact/models/` → SHA-256. int8 is the one that runs."""

MEDIAPIPE_SHA256: Final[dict[str, str]] = {
    "face_detection_full_range_sparse.tflite": (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    ),
    "face_detection_short_range.tflite": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
}
"""MediaPipe's face models, file name under `redact/models/mediapipe/` → SHA-256."""


def read_weights(name: str) -> bytes:
    """Contents of one weights file, checked against its pinned SHA-256.

    Raises:
        ModelError: if the file is missing or is not the pinned one.
    """
    file = resources.files("redact.models").joinpath(*name.split("/"))
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{name}: the model file is missing from this installation",
            "install redact again (pip install --force-reinstall)",
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    pinned = {**FACE_PLATE_SHA256, **{f"mediapipe/{k}": v for k, v in MEDIAPIPE_SHA256.items()}}
    if digest != pinned[name]:
        raise ModelError(
            f"{name}: not the model file that redact was released with (SHA-256 {digest[:16]}…)",
            "install redact again (pip install --force-reinstall)",
        )
    return data
