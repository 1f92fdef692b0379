"""A whole case: many files, runs that go on where they were stopped, what is held back."""

from .done import Earlier, State, earlier_result
from .find import Footage, Found, find_footage
from .held import HeldBack, find_held, held_back_for, held_back_note, note_path, write_held
from .inbox import Inbox
from .process import Done, lost, run_in_process, size_of
from .resume import Work
from .room import jobs_that_fit
from .settings import settings_from_json

__all__ = [
    "Done",
    "Earlier",
    "Footage",
    "Found",
    "HeldBack",
    "Inbox",
    "State",
    "Work",
    "earlier_result",
    "find_footage",
    "find_held",
    "held_back_for",
    "held_back_note",
    "jobs_that_fit",
    "lost",
    "note_path",
    "run_in_process",
    "settings_from_json",
    "size_of",
    "write_held",
]
