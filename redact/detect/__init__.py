"""Finding faces and licence plates in single pictures."""

from .loader import ModelState, describe_models, load_detector, load_second_opinion
from .protocol import Detector
from .thresholds import CANDIDATE_SCORE

__all__ = [
    "CANDIDATE_SCORE",
    "Detector",
    "ModelState",
    "describe_models",
    "load_detector",
    "load_second_opinion",
]
