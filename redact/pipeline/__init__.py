"""One video, from the file to the redacted copy and its record; `run` tells the story."""

from .audit_result import Accepted, same_place
from .beside_result import (
    audit_settings,
    log_named,
    made_from,
    plan_beside,
    record_beside,
    result_named,
)
from .claim import claimed
from .consequences import consequences, covering, mistakable
from .find_texts import ReadTexts, find_texts
from .fix import (
    deletion_of,
    fix_held,
    refuse_foreign_paths,
    remove_held,
    superseded_by,
)
from .held_back import HeldBack, find_held, held_in, name_to_fix, relative_to_here
from .journal import Journal
from .may_be_open import may_be_open
from .mute_speech import mute_heard, speech_to_mute, with_speech_muted
from .order import (
    Acceptance,
    Delivery,
    Order,
    check_order,
    order_to_apply,
    order_to_run,
    plan_of,
    released_before,
    with_codes,
)
from .planned_frames import CheckedFrames
from .publish import write_beside
from .result import Result, ResultState
from .run import apply, redact_video
from .saved_plan import (
    plan_to_review,
    require_chosen_settings,
    require_same_source,
    save_plan,
    searched_plan,
    set_plan_aside,
)
from .search import detect
from .stored_scans import StoredScans, delete_scans
