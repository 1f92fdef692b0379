"""The plan between the two passes: what is hidden where, as a value and as a file."""

from ..types import Runs, count_of, joined, runs_of
from . import edit, user_input
from .answers import answered_here, marked
from .build import DAMAGED, build_plan, uncovered, with_held
from .consequences import consequences, covering, mistakable
from .file import Dumped, dump_plan, parse_plan, read_plan, write_plan
from .file_fields import PlanRecord
from .plan import ALL_SOUND, HELD_REACH, SAME, Plan, SourceRef
from .review import (
    Decision,
    FindingNote,
    MutedSpan,
    ReviewState,
    SeenFrames,
    SeenMoment,
    SeenSubject,
    Sound,
    Subject,
)
from .subjects import all_subjects, standing, state_runs, subject_of, with_subjects
