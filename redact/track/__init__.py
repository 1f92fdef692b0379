"""From detections of single frames to objects over the whole clip."""

from .belief import Clues, probability_of
from .settings import PARTS, TrackSettings, settings_of
from .tracker import Tracker, Tracks

__all__ = [
    "PARTS",
    "Clues",
    "TrackSettings",
    "Tracker",
    "Tracks",
    "probability_of",
    "settings_of",
]
