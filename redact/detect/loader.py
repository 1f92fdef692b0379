"""Ready-made detectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..settings import Sensitivity
from ..types import Target
from .ensemble import FacePlateDetector
from .network import Network, default_threads
from .protocol import Detector
from .thresholds import CANDIDATE_SCORE
from .tiles import Scale
from .weights import FACE_PLATE_SHA256, read_weights

SCALES: Final[dict[Sensitivity, tuple[Scale, ...]]] = {
    Sensitivity.FAST: (Scale(640),),
    Sensitivity.BALANCED: (Scale(1280), Scale(416)),
    Sensitivity.THOROUGH: (Scale(None, tile=1088), Scale(960), Scale(416)),
}

WEIGHTS: Final = "face-plate.int8.onnx"


def load_detector(
    sensitivity: Sensitivity | str = Sensitivity.BALANCED,
    targets: Sequence[Target] = (Target.FACE, Target.PLATE),
    *,
    sample_aspect: float = 1.0,
    threads: int | None = None,
) -> Detector:
    """The main detector.

    Args:
        sensitivity: how hard to look.
        targets: what to look for.
        sample_aspect: width of a source pixel divided by its height.
        threads: processors to use, None for all that this process may use, at most 8.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        ValueError: for an unknown sensitivity.
    """
    sensitivity = Sensitivity(sensitivity)
    network = Network(
        read_weights(WEIGHTS),
        {t: CANDIDATE_SCORE[t] for t in targets},
        threads or default_threads(),
    )
    return FacePlateDetector(
        network,
        f"redact face+plate ({sensitivity})",
        FACE_PLATE_SHA256[WEIGHTS],
        SCALES[sensitivity],
        sample_aspect,
    )


def load_second_opinion() -> Detector:
    """MediaPipe's face networks: other makers, other data, other mistakes. Faces only.

    Raises:
        ModelError: if a model is missing or is not the pinned one.
        DependencyError: if MediaPipe cannot be loaded.
    """
    from .blazeface import BlazeFace

    return BlazeFace()
