"""The ideas redact is made of, one type each. Stages know these and not each other."""

from .box import Box
from .detections import Detections
from .frame import Frame
from .keyframe import Keyframe, Keyframes
from .region import Region
from .silenced import Silenced
from .target import (
    OWN,
    SEARCHED,
    Action,
    Origin,
    State,
    Target,
    TargetSpec,
    audited_for,
    pattern_of,
    table_of,
)
from .text import counted, decimal, numbered, readable
from .timeline import Timeline
from .track import Track

__all__ = [
    "OWN",
    "SEARCHED",
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
    "TargetSpec",
    "Timeline",
    "Track",
    "audited_for",
    "counted",
    "decimal",
    "numbered",
    "pattern_of",
    "readable",
    "table_of",
]
