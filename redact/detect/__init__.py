"""Finding faces and licence plates in single pictures."""

from .calibration import Calibration, load_calibration
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
from .verifier import CloseUp, Verifier

__all__ = [
    "CANDIDATE_SCORE",
    "SCALES",
    "Area",
    "Calibration",
    "CloseUp",
    "Detector",
    "ModelState",
    "OurNetwork",
    "Scale",
    "Scaler",
    "Verifier",
    "describe_models",
    "load_calibration",
    "load_detector",
    "load_second_opinion",
    "require_models",
]
