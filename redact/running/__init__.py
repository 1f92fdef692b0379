"""What one run is made of besides its stages: journal, delivery, the plan that it keeps."""

from .delivery import (
    Acceptance,
    Delivery,
    Outcome,
    review_name,
    review_plan,
    same_place,
    state_content,
)
from .journal import Entry, Journal
from .kept_looks import KeptLooks, forget_looks, looks_kept
from .kept_plan import keep_plan, require_same_source, take_up_plan
from .planned_frames import CheckedFrames
from .remarks import no_picture_in, remark_on_damage, remark_on_run, require_scope
from .review_copy import write_masks, write_outline

__all__ = [
    "Acceptance",
    "CheckedFrames",
    "Delivery",
    "Entry",
    "Journal",
    "KeptLooks",
    "Outcome",
    "forget_looks",
    "keep_plan",
    "looks_kept",
    "no_picture_in",
    "remark_on_damage",
    "remark_on_run",
    "require_same_source",
    "require_scope",
    "review_name",
    "review_plan",
    "same_place",
    "state_content",
    "take_up_plan",
    "write_masks",
    "write_outline",
]
