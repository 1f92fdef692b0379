"""The plan, which says what is hidden where: the first pass makes it, the second draws it."""

from ..types import Runs, count_of, joined, runs_of
from . import decisions, edit, mask_shape, user_input
from .build import HIDDEN_SHARE, REASON_DAMAGED, build_plan, uncovered, with_damage
from .census import Census, census, counted
from .excerpt import excerpt_of
from .file import (
    EncodedKeys,
    dump_plan,
    is_own_plan,
    is_own_text,
    parse_plan,
    read_plan,
    without_mark,
    write_plan,
)
from .file_fields import PlanRecord
from .found_text import MOST_CHARACTERS, FoundText
from .hide_texts import SAME_TEXT, hide_texts, reads, tracks_of_texts
from .mute_words import mute_words, muted_already, said_in, words_to_mute
from .muted_span import MutedSpan
from .muted_span import Sound as Sound
from .one_writer import alone_with, save_change
from .own_answers import answered_here, marked
from .plan import ALL_SOUND, DAMAGE_REACH, Plan, SourceRef, is_box, masks_sha256
from .presence import lies_on, presence
from .review_state import (
    FindingNote,
    ReviewState,
    SeenFrames,
    SeenMoment,
    SeenSubject,
    Still,
)
from .same_subject import all_subjects, detected_apart, state_runs, subject_of, with_all_subjects
from .spoken import SpokenLine
from .subject import Decision, Subject, undecided
from .table import table_of
