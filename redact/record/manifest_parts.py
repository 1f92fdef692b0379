"""The parts of a manifest: fields, tracks, audit, what a person reviewed, and the log."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from ..plan import SeenFrames, SeenSubject
from ..types import (
    Action,
    Confirmed,
    Natural,
    Origin,
    Positive,
    Runs,
    Sha256,
    TargetWord,
    UtcOrNone,
)
from ..words import Value

Seconds = Annotated[float, Meta(ge=-1e30, le=1e30, description="seconds")]
FileName = Annotated[str, Meta(pattern=r"^[^/\\]+$", description="file name without folders")]
Certainty = Annotated[
    str,
    Meta(
        pattern="^(seen|bridged|held|manual)$",
        description="seen: detected or followed in the frame itself; bridged: between or just "
        "outside frames in which it was seen; held: in or next to a damaged frame; manual: "
        "drawn by a person",
    ),
]


class Part(Struct, forbid_unknown_fields=True):
    """Base of everything in the file: a misspelt field is an error, not a default."""


class MessagePart(Part):
    """A statement of the program; `redact.words` has the words for its code."""

    code: str
    values: dict[str, Value] = field(default_factory=dict)


Pixels = Annotated[float, Meta(description="upright pixels of the source")]


class FindingPart(Part):
    """A place that a person must look at; `kind` and `rule` are terms of `redact.words`."""

    number: Positive
    kind: str
    target: TargetWord
    frames: Annotated[tuple[Natural, Natural], Meta(description="first and last")]
    seconds: Annotated[tuple[Seconds, Seconds], Meta(description="on the clock of the source")]
    box: Annotated[
        tuple[Pixels, Pixels, Pixels, Pixels], Meta(description="left, top, right, bottom, overall")
    ]
    scores: dict[str, float]
    rule: str
    path: Annotated[
        tuple[tuple[int, Pixels, Pixels, Pixels, Pixels], ...], Meta(description="frame and box")
    ]
    track: Annotated[Positive | None, Meta(description="hidden track that it belongs to")] = None
    doubtful: Annotated[bool, Meta(description="it may well be nothing")] = False
    accepted: Annotated[str, Meta(description="why it is none; empty: nobody accepted it")] = ""
    accepted_by: str = ""
    accepted_at: UtcOrNone = ""


class OpenPart(Part):
    """A place where somebody may be visible; `why` is a term of `redact.words`."""

    frame: Natural
    seconds: Annotated[Seconds, Meta(description="from the first picture")]
    why: str
    chance: Annotated[float, Meta(ge=0, le=1, description="probability, as estimated before")]
    box: Annotated[
        tuple[Pixels, Pixels, Pixels, Pixels] | None,
        Meta(description="left, top, right, bottom; null: the whole picture"),
    ]


class CheckPart(Part):
    """A yes-or-no check of the file as a whole; `name` is a term of `redact.words`."""

    name: str
    passed: bool
    detail: tuple[MessagePart, ...]


class KeptPart(Part):
    """A track that has no mask of its own by decision: shown, cut off, or a false alarm."""

    track: Positive
    target: TargetWord
    frames: tuple[Natural, Natural]
    shown: Runs
    reason: str
    action: Annotated[Action, Meta(description="keep, cut-off or false-alarm")] = Action.KEEP


class DetectorPart(Part):
    name: str
    sha256: str


class BodiesPart(Part):
    """Bodies in the pictures that the audit scanned as a whole; a body counts once for each
    picture."""

    pictures: Natural
    hidden: Annotated[Natural, Meta(description="with a hidden face or head")]
    small: Annotated[Natural, Meta(description="too small to be known")]
    bare: Annotated[Natural, Meta(description="neither")]


class LookedPart(Part):
    """How much the audit scanned."""

    frames_compared: Natural
    frames_looked_at: Natural
    close_looks: Natural
    detectors: tuple[DetectorPart, ...]
    targets: tuple[TargetWord, ...]
    bodies: Annotated[BodiesPart | None, Meta(description="null: bodies were not looked for")] = (
        None
    )


class AuditPart(Part):
    """The audit's result."""

    passed: bool
    sensitivity: str
    with_plan: bool
    findings: tuple[FindingPart, ...]
    checks: tuple[CheckPart, ...]
    kept_by_decision: tuple[KeptPart, ...]
    looked: LookedPart


class SpanPart(Part):
    """Frames in a row that have one certainty; both ends are included."""

    certainty: Certainty
    first: Natural
    last: Natural


class SmallerPart(Part):
    """A stretch in which a person made a mask smaller than redact does, or moved it off what a
    network saw."""

    first: Natural
    last: Natural
    reason: str
    by: Annotated[str, Meta(description="empty: nobody gave a name")]
    at: UtcOrNone = ""


class TrackPart(Part):
    """One object and what was done with it. Times count from the first picture."""

    track: Positive
    target: TargetWord
    action: Action
    origin: Origin
    method: Annotated[
        str, Meta(description="style of the mask; none where nothing of the track is hidden")
    ]
    found_by: tuple[str, ...]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: nobody gave a name")]
    first_frame: Natural
    last_frame: Natural
    first_seconds: Seconds
    last_seconds: Seconds
    frames_per_state: dict[str, int]
    spans: tuple[SpanPart, ...]
    score: Annotated[
        float | None,
        Meta(
            description="how surely it is what it seems, 0 to 1: the certainty of the plan, else "
            "the best score of a detector; null: neither is known"
        ),
    ] = None
    subject: Annotated[
        Positive | None,
        Meta(description="first track of the subject that it belongs to; null: of its own"),
    ] = None
    shown: Annotated[
        Runs,
        Meta(
            description="first and last frame of each span in which it is visible by decision; in "
            "all its other frames it is hidden"
        ),
    ] = field(default_factory=tuple)
    covered: Annotated[
        Runs,
        Meta(
            description="those of the frames in `shown` in which masks of others cover more than a "
            "tenth of it"
        ),
    ] = field(default_factory=tuple)
    made_smaller: Annotated[
        list[SmallerPart],
        Meta(
            description="stretches of frames in which a person made the mask smaller than the "
            "program does, so that a part of what was found can be visible"
        ),
    ] = field(default_factory=list)
    decided_at: UtcOrNone = ""
    code: Annotated[
        str, Meta(description="of the rule that the decision rests on; empty: none was given")
    ] = ""
    by_person: Annotated[
        bool,
        Meta(
            description="a person decided about it, be it that it stays hidden; false: nobody "
            "touched it, and it is hidden by the program's rule"
        ),
    ] = False
    confirmed: Annotated[
        list[Confirmed],
        Meta(description="what a person said of it while looking at its pictures"),
    ] = field(default_factory=list)
    shown_confirmed: Annotated[
        list[tuple[Natural, Natural]],
        Meta(
            description="those of the frames in `shown` in which no detector was sure of it: it is "
            "visible there for a person looked and said so"
        ),
    ] = field(default_factory=list)


class SubjectPart(Part):
    """A person or vehicle that was detected as a whole body as well, not only by face or plate."""

    subject: Annotated[Positive, Meta(description="number of the first track")]
    kind: Annotated[str, Meta(pattern="^(person|vehicle)$")]
    frames: Annotated[Natural, Meta(description="pictures in which a track of it is")]
    body_frames: Annotated[
        Natural,
        Meta(description="further pictures in which only the body is: from behind, say"),
    ]


class MutedPart(Part):
    """A span of sound that the output does not have. Times count from the first picture."""

    start_seconds: Seconds
    end_seconds: Seconds
    how: Annotated[str, Meta(pattern="^(mute|tone)$")]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: not stated")]
    decided_at: UtcOrNone = ""
    code: str = ""


class WithheldPart(Part):
    """How much was withheld under one code, or for one reason that has none."""

    code: str
    reason: Annotated[str, Meta(description="empty if there is a code")]
    subjects: Annotated[
        dict[str, Natural], Meta(description="how many people, vehicles, texts and areas")
    ]
    frames: Annotated[Natural, Meta(description="pictures in which one of them is hidden")]
    seconds: Annotated[Seconds, Meta(description="for which these pictures are shown")]
    sound_seconds: Annotated[Seconds, Meta(description="of sound that was muted")]


class AnswerPart(Part):
    """A finding of an earlier audit, and a person's answer to it."""

    kind: str
    target: TargetWord
    first_frame: Natural
    last_frame: Natural
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")]
    reason: str
    answered_by: str = ""
    answered_at: UtcOrNone = ""
    first_seconds: Annotated[
        Seconds | None, Meta(description="from the first picture of the source; null: not known")
    ] = None


class StillPart(Part):
    """A picture of the result that a person saved on the page."""

    name: FileName
    sha256: Sha256
    frame: Natural
    seconds: Annotated[Seconds, Meta(description="from the first picture")]
    current: Annotated[bool, Meta(description="its masks are those of the output")]
    by: str = ""
    at: UtcOrNone = ""


class ReviewPart(Part):
    """What was on the screen in 'redact review' before the run, not where anybody looked."""

    reviewer: Annotated[
        str, Meta(description="who said on the page who they are; empty: nobody gave a name")
    ]
    frames: Natural
    frames_seen: Annotated[Natural, Meta(description="shown, but for those that only flew by")]
    findings: Natural
    findings_answered: Natural
    seen: tuple[SeenFrames, ...]
    subjects: tuple[SeenSubject, ...]
    answers: tuple[AnswerPart, ...]
    moments: Annotated[Natural, Meta(description="risky moments that the page listed")] = 0
    moments_seen: Natural = 0
    moments_answered: Annotated[
        Natural, Meta(description="of those seen, from their picture alone")
    ] = 0
    frames_played: Annotated[Natural, Meta(description="shown while it played at 1x at most")] = 0
    stills: list[StillPart] = field(default_factory=list)
    open_seconds: Annotated[Natural, Meta(description="for which the page was open")] = 0
    worked_seconds: Annotated[
        Natural, Meta(description="of these, with a person's actions less than a minute apart")
    ] = 0


class ModelPart(Part):
    name: str
    sha256: str
    role: str


class SoundPart(Part):
    """The length of one sound track of the original."""

    stream: Natural
    seconds: Annotated[
        Seconds | None, Meta(description="as far as it could be read; null: it was not read")
    ]
    declared_seconds: Annotated[
        Seconds | None, Meta(description="as the container states; null: it states nothing of it")
    ]


class StepPart(Part):
    name: str
    detail: tuple[MessagePart, ...]
    seconds: float


class LimitPart(Part):
    """Something that was not checked or not changed."""

    code: str
    detail: str = ""


class ExcerptPart(Part):
    """Which part of the original the result is. Times of the record count from its first picture;
    these count from the first picture of the original."""

    from_seconds: Annotated[Seconds, Meta(description="start, as it was asked for")]
    to_seconds: Annotated[Seconds, Meta(description="end, as it was asked for")]
    begins_seconds: Annotated[Seconds, Meta(description="its first picture")]
    original_seconds: Annotated[
        Seconds | None, Meta(description="length of the original; null: its headers do not say")
    ]
    file_seconds: Annotated[
        Seconds, Meta(description="its first picture, on the clock of the original")
    ]


class RemovedPart(Part):
    """Something in the source that is not in the output."""

    stream: Annotated[Natural | None, Meta(description="null: of the file as a whole")]
    kind: str
    what: Annotated[
        MessagePart | None, Meta(description="never the content of what was removed")
    ] = None


class LogAnchor(Part):
    """How far the custody log had come when the manifest was written."""

    entries: Natural
    head: Sha256
