"""A whole case: many files, runs that go on where they were stopped, what is held back."""

from .acceptance import among, findings_of
from .done import Earlier, State, earlier_result
from .find import Footage, Found, find_footage
from .finishing import finish, write_note
from .held import HeldBack, find_held, held_back_for, held_back_note, note_path, write_held
from .helping import help_one
from .inbox import Inbox
from .memory_needed import jobs_that_fit
from .mend import mend, near, remove_held
from .one_source import redact_one
from .preparing import prepare
from .preview import NOTICE, Preview, make_preview
from .process import Done, lost, run_in_process, size_of
from .record_beside import has_credentials, margin_of, plan_beside, record_beside
from .result import Result, ResultState, missing_words
from .resume import Work
from .settings import settings_from_json

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
