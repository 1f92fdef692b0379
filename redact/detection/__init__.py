"""Finding faces and licence plates in single pictures."""

from .calibration import Calibration, load_calibration
from .centerface import CenterFace
from .close_up import CloseUp, square_around
from .detector import Detector, detector_names, load_plugin
from .device import DEVICES, describe_devices, device_now, on_device
from .every_way import in_every_way
from .loader import (
    SCALES,
    ModelState,
    OurNetwork,
    describe_models,
    load_close_up,
    load_detector,
    own_name,
    require_models,
)
from .network import threads_each
from .nms import iou
from .scaling import Area, Scaler
from .verifier import Verifier
from .views import CONTEXT as PART_CONTEXT
from .views import Scale
from .weights import CANDIDATE_SCORE
from .witnesses import LARGE, SAME_FACE, SMALL, Witnesses

__all__ = [
    "CANDIDATE_SCORE",
    "DEVICES",
    "LARGE",
    "PART_CONTEXT",
    "SAME_FACE",
    "SCALES",
    "SMALL",
    "Area",
    "Calibration",
    "CenterFace",
    "CloseUp",
    "Detector",
    "ModelState",
    "OurNetwork",
    "Scale",
    "Scaler",
    "Verifier",
    "Witnesses",
    "describe_devices",
    "describe_models",
    "detector_names",
    "device_now",
    "in_every_way",
    "iou",
    "load_calibration",
    "load_close_up",
    "load_detector",
    "load_plugin",
    "on_device",
    "own_name",
    "require_models",
    "square_around",
    "threads_each",
]
