"""From detections of single frames to objects over the whole clip."""

from .settings import PARTS, TrackSettings, settings_of
from .tracker import Tracker, Tracks

__all__ = ["PARTS", "TrackSettings", "Tracker", "Tracks", "settings_of"]
