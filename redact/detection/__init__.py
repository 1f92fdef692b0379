"""Finding faces, heads, people and licence plates in single pictures."""

from .body_close_up import BodyCloseUp, lies
from .calibration import load_calibration
from .centerface import CenterFace
from .close_up import CLOSE_SCANNED, CloseUp, square_around
from .detector import Detector
from .device import (
    DEVICES,
    OpenNetwork,
    default_threads,
    describe_devices,
    device_now,
    on_device,
    threads_each,
)
from .ensemble import HEAD_SHARE, Ensemble
from .face_plate import OurNetwork
from .loader import (
    Networks,
    ensemble_name,
    load_body_close_up,
    load_close_up,
    load_detector,
    load_small_scan,
    require_models,
)
from .networks import (
    BALANCED_SIZES,
    CENTERFACE,
    DETECTORS,
    NANODET,
    READER,
    SELFIE,
    SILERO,
    THOROUGH_SIZES,
    Network,
    Sizes,
    in_use,
)
from .nms import iou
from .people import Bodies, People
from .presentations import in_every_way, with_turns
from .scaling import Scaler
from .silhouettes import AGREEMENT, Selfie
from .verifier import Verifier
from .views import Scale, views
from .weights import ModelState, describe_models, is_missing, read_weights
