"""From detections of single frames to objects over the whole clip."""

from .belief import AS_DETECTED, Clues, probability_of
from .bodies import (
    LEAST_BODY_SCANS,
    LEAST_VEHICLE,
    TWO_WHEELER,
    BodyScanners,
    ScanForHeads,
    head_places,
    heads_on_bodies,
    plates_on_vehicles,
)
from .camera_motion import motion_between
from .changes import Remembered, ScannedPicture
from .cuts import cut_between
from .frame_clock import FrameClock
from .geometry import grown, warped
from .incremental_scan import MOST_PATIENCE, IncrementalScanner, ScanParts
from .patches import PATCH_REACH, Patches, patches_of, sample
from .scan import plates_where_expected, scanned
from .silhouettes import ShapeScan, shapes_between, without_empty_ends, worth_its_box
from .small_pictures import PATCH_SIDE, SmallFrame, levels_of, shrink
from .small_scans import SmallScans
from .step import COAST_SECONDS, SCALES, step
from .track_settings import AROUND_PLACE, TrackSettings
from .tracker import Ask, Read, Tracker, Tracks
