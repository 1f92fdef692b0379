"""What one run is made of besides its stages: journal, delivery, the plan that it keeps."""

from .acceptance import Acceptance, Accepted, same_place
from .answers_ahead import AuditsAhead, LooksAhead
from .board import AUDIT, SEARCH, Board, board_of, dividable
from .delivery import (
    Delivery,
    Outcome,
    review_name,
    review_plan,
    state_content,
)
from .helping import help_run
from .journal import (
    Entry,
    Journal,
    dropped_sound,
    no_picture_in,
    remark_on_damage,
    remark_on_label,
    remark_on_run,
    remark_on_silence,
    require_scope,
)
from .kept_looks import KeptLooks, forget_looks, looks_kept, what_answers
from .kept_plan import keep_plan, require_same_source, take_up_plan
from .planned_frames import CheckedFrames
from .review_copy import write_masks, write_outline
from .search import Search, looking, who_looks

__all__ = [
    "AUDIT",
    "SEARCH",
    "Acceptance",
    "Accepted",
    "AuditsAhead",
    "Board",
    "CheckedFrames",
    "Delivery",
    "Entry",
    "Journal",
    "KeptLooks",
    "LooksAhead",
    "Outcome",
    "Search",
    "board_of",
    "dividable",
    "dropped_sound",
    "forget_looks",
    "help_run",
    "keep_plan",
    "looking",
    "looks_kept",
    "no_picture_in",
    "remark_on_damage",
    "remark_on_label",
    "remark_on_run",
    "remark_on_silence",
    "require_same_source",
    "require_scope",
    "review_name",
    "review_plan",
    "same_place",
    "state_content",
    "take_up_plan",
    "what_answers",
    "who_looks",
    "write_masks",
    "write_outline",
]
