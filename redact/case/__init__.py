"""A whole case: many files, runs that go on where they were stopped, what is held back."""

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
from .find import Footage, Found, Inbox, find_footage
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
from .mend import mend, near, remove_held
from .one_source import Work, help_one, redact_one
from .outcome import Result, ResultState, missing_words
from .prepare_finish import finish, prepare, write_note
from .preview import NOTICE, Preview, make_preview
from .process import Done, jobs_that_fit, lost, run_in_process, size_of

__all__ = [
    "NOTICE",
    "Done",
    "Earlier",
    "Footage",
    "Found",
    "HeldBack",
    "Inbox",
    "Preview",
    "Result",
    "ResultState",
    "State",
    "Work",
    "among",
    "earlier_result",
    "find_footage",
    "find_held",
    "findings_of",
    "finish",
    "has_credentials",
    "held_back_for",
    "held_back_note",
    "help_one",
    "jobs_that_fit",
    "lost",
    "make_preview",
    "margin_of",
    "mend",
    "missing_words",
    "near",
    "note_path",
    "plan_beside",
    "prepare",
    "record_beside",
    "redact_one",
    "remove_held",
    "run_in_process",
    "settings_from_json",
    "size_of",
    "write_held",
    "write_note",
]
