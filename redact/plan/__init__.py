"""The plan between the two passes: what is hidden where, as a value and as a file."""

from . import edit
from .build import build_plan
from .damage import DAMAGED
from .edit import clock
from .file import dump_plan, parse_plan, plan_schema, read_plan, write_plan
from .held import with_held
from .plan import HELD_REACH, DetectionSettings, Plan, SourceRef
from .shown import is_certain

__all__ = [
    "DAMAGED",
    "HELD_REACH",
    "DetectionSettings",
    "Plan",
    "SourceRef",
    "build_plan",
    "clock",
    "dump_plan",
    "edit",
    "is_certain",
    "parse_plan",
    "plan_schema",
    "read_plan",
    "with_held",
    "write_plan",
]
