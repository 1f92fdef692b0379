"""Finding faces, heads, people and licence plates in single pictures."""

from .bell import Bell
from .calibration import load_calibration
from .centerface import CenterFace
from .close_up import CLOSELY, CloseUp, square_around
from .detector import Detector, load_plugin
from .device import DEVICES, OpenNetwork, describe_devices, device_now, on_device
from .loader import (
    SCAN_SIZES,
    Networks,
    Sizes,
    files_of,
    load_close_up,
    load_detector,
    load_somebody,
    own_name,
    require_models,
)
from .network import OurNetwork, default_threads, threads_each
from .nms import iou
from .people import Bodies
from .presentations import in_every_way, with_turns
from .scaling import Scaler
from .several_networks import Witnesses
from .silhouettes import AGREEMENT, Selfie
from .somebody import Somebody
from .verifier import Verifier
from .views import PART_CONTEXT, Scale
from .weights import (
    TEXT_DETECTION,
    TEXT_RECOGNITION,
    WEIGHTS,
    ModelState,
    describe_models,
    read_weights,
)
