"""One video: the run from the file to the redacted copy and its record, told in `run`."""

from .acceptance import Acceptance, Accepted, Answer, same_place
from .answers_ahead import AuditsAhead, LooksAhead
from .board import AUDIT, SEARCH, Board, board_of, dividable
from .delivery import Delivery, Outcome, review_name, review_plan, state_content
from .done import (
    Earlier,
    State,
    earlier_result,
    has_credentials,
    margin_of,
    plan_beside,
    record_beside,
    settings_from_json,
)
from .held import (
    HeldBack,
    among,
    find_held,
    findings_of,
    held_back_for,
    held_back_note,
    note_path,
    write_held,
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
from .kept_plan import keep_plan, plan_of_video, require_same_source, take_up_plan
from .mend import mend, near, remove_held
from .one_source import Work, help_one, redact_one
from .outcome import Result, ResultState, missing_words
from .planned_frames import CheckedFrames
from .prepare_finish import finish, prepare, write_note
from .preview import NOTICE, Preview, make_preview
from .review_copy import write_masks, write_outline
from .run import apply, detect, look, render, run
from .search import Search, looking, who_looks

__all__ = [
    "AUDIT",
    "NOTICE",
    "SEARCH",
    "Acceptance",
    "Accepted",
    "Answer",
    "AuditsAhead",
    "Board",
    "CheckedFrames",
    "Delivery",
    "Earlier",
    "Entry",
    "HeldBack",
    "Journal",
    "KeptLooks",
    "LooksAhead",
    "Outcome",
    "Preview",
    "Result",
    "ResultState",
    "Search",
    "State",
    "Work",
    "among",
    "apply",
    "board_of",
    "detect",
    "dividable",
    "dropped_sound",
    "earlier_result",
    "find_held",
    "findings_of",
    "finish",
    "forget_looks",
    "has_credentials",
    "held_back_for",
    "held_back_note",
    "help_one",
    "help_run",
    "keep_plan",
    "look",
    "looking",
    "looks_kept",
    "make_preview",
    "margin_of",
    "mend",
    "missing_words",
    "near",
    "no_picture_in",
    "note_path",
    "plan_beside",
    "plan_of_video",
    "prepare",
    "record_beside",
    "redact_one",
    "remark_on_damage",
    "remark_on_label",
    "remark_on_run",
    "remark_on_silence",
    "remove_held",
    "render",
    "require_same_source",
    "require_scope",
    "review_name",
    "review_plan",
    "run",
    "same_place",
    "settings_from_json",
    "state_content",
    "take_up_plan",
    "what_answers",
    "who_looks",
    "write_held",
    "write_masks",
    "write_note",
    "write_outline",
]
