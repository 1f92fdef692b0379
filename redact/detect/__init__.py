"""Finding faces and licence plates in single pictures."""

from .loader import (
    SCALES,
    ModelState,
    OurNetwork,
    describe_models,
    load_detector,
    load_second_opinion,
    require_models,
)
from .protocol import Detector
from .scaling import Area, Scaler
from .thresholds import CANDIDATE_SCORE
from .tiles import Scale
from .verifier import Verifier

__all__ = [
    "CANDIDATE_SCORE",
    "SCALES",
    "Area",
    "Detector",
    "ModelState",
    "OurNetwork",
    "Scale",
    "Scaler",
    "Verifier",
    "describe_models",
    "load_detector",
    "load_second_opinion",
    "require_models",
]
