"""What one run is made of besides its stages: journal, delivery, the plan that it keeps."""

from .delivery import Acceptance, Delivery, Outcome, review_name, review_plan, same_place
from .journal import Entry, Journal
from .kept_plan import keep_plan, take_up_plan
from .planned_frames import CheckedFrames
from .remarks import remark_on_damage, remark_on_run
from .review_copy import write_masks, write_outline
from .same_source import require_same_source

__all__ = [
    "Acceptance",
    "CheckedFrames",
    "Delivery",
    "Entry",
    "Journal",
    "Outcome",
    "keep_plan",
    "remark_on_damage",
    "remark_on_run",
    "require_same_source",
    "review_name",
    "review_plan",
    "same_place",
    "take_up_plan",
    "write_masks",
    "write_outline",
]
