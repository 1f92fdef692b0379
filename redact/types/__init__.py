"""Value types that the stages exchange. Stages import these, not each other's types."""

from .body import Body
from .boxes import (
    INSIDE_SHARE,
    NEARBY_IOU,
    OUTWARD,
    SAME_PLACE_IOU,
    STANDS_STILL,
    WHOLE_SHARE,
    Box,
    Boxes,
    Detections,
    box_on_the_way,
    union,
)
from .boxes import (
    Rect as Rect,
)
from .fields import (
    Milliseconds,
    Natural,
    Positive,
    Probability,
    Sha256,
    TargetWord,
    Utc,
    UtcOrNone,
    Value,
)
from .finding import Finding as Finding
from .finding import FindingKind as FindingKind
from .frame import Frame, Muted, Runs, count_of, frames_in, joined, joined_spans, ranges, runs_of
from .frame import Timeline as Timeline
from .key_picture import (
    LARGEST_MARGIN,
    KeyPicture,
    Sides,
    key_picture_at,
    sides_between,
)
from .odds import log_odds, probability
from .presentation import Presentation
from .scope import EVERYWHERE, Scope, area_in_words
from .silhouette import COLUMNS, ROWS, Shaped, Silhouette, shape_at
from .target import (
    ANY_KIND,
    DEFAULT_TARGETS,
    DETECTED_TARGETS,
    TEXT_TARGETS,
    Outline,
    PerKind,
    Target,
    pattern_of,
    widened,
    with_nested,
    without_nested,
)
from .target import (
    Action as Action,
)
from .target import (
    Origin as Origin,
)
from .target import (
    State as State,
)
from .text import (
    TELLING_LETTERS,
    as_argument,
    clock,
    date_and_time,
    day,
    decimal,
    folded,
    is_text,
    one_line,
    read_clock,
    readable,
    utc_text,
)
from .track import (
    DOUBTFUL,
    LEAST_PROBABILITY,
    PASSING_SECONDS,
    SURE,
    UNDECIDED,
    Confirmed,
    Doubt,
    Keyframes,
    Track,
)
from .track import (
    Decided as Decided,
)
from .track import (
    Keyframe as Keyframe,
)
from .track import (
    Region as Region,
)
