"""Finding faces and licence plates in single pictures."""

from .calibration import Calibration, load_calibration
from .centerface import CenterFace
from .loader import (
    SCALES,
    ModelState,
    OurNetwork,
    describe_models,
    load_detector,
    load_second_opinion,
    require_models,
)
from .network import default_threads
from .protocol import Detector
from .scaling import Area, Scaler
from .thresholds import CANDIDATE_SCORE
from .tiles import Scale
from .verifier import CloseUp, Verifier, square_around
from .witnesses import BLAZEFACE, LARGE, SMALL, Look, Witnesses

__all__ = [
    "BLAZEFACE",
    "CANDIDATE_SCORE",
    "LARGE",
    "SCALES",
    "SMALL",
    "Area",
    "Calibration",
    "CenterFace",
    "CloseUp",
    "Detector",
    "Look",
    "ModelState",
    "OurNetwork",
    "Scale",
    "Scaler",
    "Verifier",
    "Witnesses",
    "default_threads",
    "describe_models",
    "load_calibration",
    "load_detector",
    "load_second_opinion",
    "require_models",
    "square_around",
]
