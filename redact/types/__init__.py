"""The ideas redact is made of, one type each. Stages know these and not each other."""

from .box import Box
from .detections import Detections
from .frame import Frame
from .keyframe import Keyframe, Keyframes
from .region import Region
from .silenced import Silenced
from .target import Action, Origin, State, Target
from .text import counted, decimal, numbered, readable
from .timeline import Timeline
from .track import Track

__all__ = [
    "Action",
    "Box",
    "Detections",
    "Frame",
    "Keyframe",
    "Keyframes",
    "Origin",
    "Region",
    "Silenced",
    "State",
    "Target",
    "Timeline",
    "Track",
    "counted",
    "decimal",
    "numbered",
    "readable",
]
