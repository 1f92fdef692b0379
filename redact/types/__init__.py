"""The ideas redact is made of, one type each. Stages know these and not each other."""

from .box import Box
from .clock import EXAMPLES, clock, read_clock
from .detections import Detections
from .frame import Frame
from .keyframe import Keyframe, Keyframes
from .region import Region
from .scope import EVERYWHERE, Scope, area_in_words
from .silenced import Silenced
from .target import Action, Origin, State, Target
from .text import counted, decimal, numbered, readable
from .timeline import Timeline
from .track import Track

__all__ = [
    "EVERYWHERE",
    "EXAMPLES",
    "Action",
    "Box",
    "Detections",
    "Frame",
    "Keyframe",
    "Keyframes",
    "Origin",
    "Region",
    "Scope",
    "Silenced",
    "State",
    "Target",
    "Timeline",
    "Track",
    "area_in_words",
    "clock",
    "counted",
    "decimal",
    "numbered",
    "read_clock",
    "readable",
]
