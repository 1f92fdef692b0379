"""Writes files completely or not at all, never replaces one unasked, and removes what killed runs
left behind."""

from .folders import (
    check_folder,
    check_private,
    keep_to_owner,
    made_folder,
    make_folder,
    make_private,
    private_folder,
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
    PRIVATE,
    earlier_plan_name,
    excerpt_name,
    finding_picture,
    held_name,
    is_held_name,
    is_made_name,
    is_preview_or_picture,
    plan_name,
    preview_name,
    redacted_name,
    still_name,
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
