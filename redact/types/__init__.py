"""The ideas redact is made of, one type each. Stages know these and not each other."""

from .boxes import Box, Detections
from .frame import Frame, Runs, Silenced, Timeline, count_of, joined, runs_of
from .scope import EVERYWHERE, Scope, area_in_words
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
from .text import (
    EXAMPLES,
    clock,
    counted,
    date_and_time,
    day,
    decimal,
    numbered,
    read_clock,
    readable,
    stamp,
)
from .track import Keyframe, Keyframes, Region, Track

__all__ = [
    "EVERYWHERE",
    "EXAMPLES",
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
    "Runs",
    "Scope",
    "Silenced",
    "State",
    "Target",
    "TargetSpec",
    "Timeline",
    "Track",
    "area_in_words",
    "audited_for",
    "clock",
    "count_of",
    "counted",
    "date_and_time",
    "day",
    "decimal",
    "joined",
    "numbered",
    "pattern_of",
    "read_clock",
    "readable",
    "runs_of",
    "stamp",
    "table_of",
]
