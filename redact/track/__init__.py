"""From detections of single frames to objects over the whole clip."""

from .belief import Clues, probability_of
from .camera import motion_between
from .follow import COAST, step
from .geometry import warped
from .looks import Look, Looks
from .patches import patches_of
from .recent_frames import SmallFrame, shrink, shrink_array
from .settings import PARTS, TrackSettings, meet, settings_of
from .tracker import Tracker, Tracks

__all__ = [
    "COAST",
    "PARTS",
    "Clues",
    "Look",
    "Looks",
    "SmallFrame",
    "TrackSettings",
    "Tracker",
    "Tracks",
    "meet",
    "motion_between",
    "patches_of",
    "probability_of",
    "settings_of",
    "shrink",
    "shrink_array",
    "step",
    "warped",
]
