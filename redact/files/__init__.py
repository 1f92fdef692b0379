"""Writes files completely or not at all, never replaces one unasked, and removes what killed runs
left behind."""

from .folders import (
    check_private,
    keep_to_owner,
    made_folder,
    make_folder,
    make_private,
)
from .growing_file import Answer, AnswerFile
from .leftovers import (
    LockedFile,
    beside,
    claim,
    claim_beside,
    lock,
    new_partial,
    sweep,
    wanted_name,
)
from .names import (
    HELD_NOTE,
    PLAN,
    PRIVATE,
    README,
    RECORD,
    RUN_NOTE,
    WORK_ENDING,
    earlier_plan,
    excerpt_name,
    finding_picture,
    held_name,
    is_made_name,
    is_work_folder,
    plan_name,
    redacted_name,
    release_folder,
    side_file,
    still_name,
    work_folder,
)
from .output import (
    FOOTAGE_ENDINGS,
    OutputFile,
    check_writable,
    names_footage,
    sync_folder,
    unwritable,
    write_whole,
)
from .own_mark import belongs_to_user, is_own, own_mark
from .reading import open_file, read_file
from .remembered import remember_name, remembered_name
from .result_folder import (
    RunNote,
    check_ready,
    decoded_note,
    folder_named,
    folders_of,
    path_as_text,
    ready_folder,
    result_of,
    run_note,
    source_of,
    text_as_path,
)
