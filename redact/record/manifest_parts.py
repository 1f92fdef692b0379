"""The parts of a manifest: fields, tracks, audit, what a person reviewed, and the log."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

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
    """A place that a person must look at; `kind` and `rule` are terms of `redact.words`.

    Attributes:
        frames: first and last.
        seconds: on the clock of the source.
        box: left, top, right, bottom, overall.
        path: frame and box.
        track: hidden track that it belongs to.
        doubtful: it may well be nothing.
        accepted: why it is none; empty: nobody accepted it.
    """

    number: Positive
    kind: str
    target: TargetWord
    frames: tuple[Natural, Natural]
    seconds: tuple[Seconds, Seconds]
    box: tuple[Pixels, Pixels, Pixels, Pixels]
    scores: dict[str, float]
    rule: str
    path: tuple[tuple[int, Pixels, Pixels, Pixels, Pixels], ...]
    track: Positive | None = None
    doubtful: bool = False
    accepted: str = ""
    accepted_by: str = ""
    accepted_at: UtcOrNone = ""


class OpenPart(Part):
    """A place where somebody may be visible; `why` is a term of `redact.words`.

    Attributes:
        seconds: from the first picture.
        chance: probability, as estimated before.
        box: left, top, right, bottom; null: the whole picture.
    """

    frame: Natural
    seconds: Seconds
    why: str
    chance: Annotated[float, Meta(ge=0, le=1)]
    box: tuple[Pixels, Pixels, Pixels, Pixels] | None


class CheckPart(Part):
    """A yes-or-no check of the file as a whole; `name` is a term of `redact.words`."""

    name: str
    passed: bool
    detail: tuple[MessagePart, ...]


class KeptPart(Part):
    """A track that has no mask of its own by decision: shown, cut off, or a false alarm.

    Attributes:
        action: keep, cut-off or false-alarm.
    """

    track: Positive
    target: TargetWord
    frames: tuple[Natural, Natural]
    shown: Runs
    reason: str
    action: Action = Action.KEEP


class DetectorPart(Part):
    name: str
    sha256: str


class BodiesPart(Part):
    """Bodies in the pictures that the audit scanned as a whole; a body counts once for each
    picture.

    Attributes:
        hidden: with a hidden face or head.
        small: too small to be known.
        bare: neither.
    """

    pictures: Natural
    hidden: Natural
    small: Natural
    bare: Natural


class LookedPart(Part):
    """How much the audit scanned.

    Attributes:
        bodies: null: bodies were not looked for.
    """

    frames_compared: Natural
    frames_looked_at: Natural
    close_looks: Natural
    detectors: tuple[DetectorPart, ...]
    targets: tuple[TargetWord, ...]
    bodies: BodiesPart | None = None


class AuditPart(Part):
    """The audit's result.

    Attributes:
        with_plan: true; in records of earlier builds only.
    """

    passed: bool
    sensitivity: str
    findings: tuple[FindingPart, ...]
    checks: tuple[CheckPart, ...]
    kept_by_decision: tuple[KeptPart, ...]
    looked: LookedPart
    with_plan: bool | UnsetType = UNSET


class SpanPart(Part):
    """Frames in a row that have one certainty; both ends are included."""

    certainty: Certainty
    first: Natural
    last: Natural


class SmallerPart(Part):
    """A stretch in which a person made a mask smaller than redact does, or moved it off what a
    network saw.

    Attributes:
        by: empty: nobody gave a name.
    """

    first: Natural
    last: Natural
    reason: str
    by: str
    at: UtcOrNone = ""


class TrackPart(Part):
    """One object and what was done with it. Times count from the first picture.

    Attributes:
        method: style of the mask; none where nothing of the track is hidden.
        decided_by: empty: nobody gave a name.
        score: how surely it is what it seems, 0 to 1: the certainty of the plan, else the best
            score of a detector; null: neither is known.
        subject: first track of the subject that it belongs to; null: of its own.
        shown: first and last frame of each span in which it is visible by decision; in all its
            other frames it is hidden.
        covered: those of the frames in `shown` in which masks of others cover more than a tenth of
            it.
        made_smaller: stretches of frames in which a person made the mask smaller than the program
            does, so that a part of what was found can be visible.
        code: of the rule that the decision rests on; empty: none was given.
        by_person: a person decided about it, be it that it stays hidden; false: nobody touched it,
            and it is hidden by the program's rule.
        confirmed: what a person said of it while looking at its pictures.
        shown_confirmed: those of the frames in `shown` in which no detector was sure of it: it is
            visible there for a person looked and said so.
    """

    track: Positive
    target: TargetWord
    action: Action
    origin: Origin
    method: str
    found_by: tuple[str, ...]
    reason: str
    decided_by: str
    first_frame: Natural
    last_frame: Natural
    first_seconds: Seconds
    last_seconds: Seconds
    frames_per_state: dict[str, int]
    spans: tuple[SpanPart, ...]
    score: float | None = None
    subject: Positive | None = None
    shown: Runs = field(default_factory=tuple)
    covered: Runs = field(default_factory=tuple)
    made_smaller: list[SmallerPart] = field(default_factory=list)
    decided_at: UtcOrNone = ""
    code: str = ""
    by_person: bool = False
    confirmed: list[Confirmed] = field(default_factory=list)
    shown_confirmed: list[tuple[Natural, Natural]] = field(default_factory=list)


class SubjectPart(Part):
    """A person or vehicle that was detected as a whole body as well, not only by face or plate.

    Attributes:
        subject: number of the first track.
        frames: pictures in which a track of it is.
        body_frames: further pictures in which only the body is: from behind, say.
    """

    subject: Positive
    kind: Annotated[str, Meta(pattern="^(person|vehicle)$")]
    frames: Natural
    body_frames: Natural


class MutedPart(Part):
    """A span of sound that the output does not have. Times count from the first picture.

    Attributes:
        decided_by: empty: not stated.
    """

    start_seconds: Seconds
    end_seconds: Seconds
    how: Annotated[str, Meta(pattern="^(mute|tone)$")]
    reason: str
    decided_by: str
    decided_at: UtcOrNone = ""
    code: str = ""


class WithheldPart(Part):
    """How much was withheld under one code, or for one reason that has none.

    Attributes:
        reason: empty if there is a code.
        subjects: how many people, vehicles, texts and areas.
        frames: pictures in which one of them is hidden.
        seconds: for which these pictures are shown.
        sound_seconds: of sound that was muted.
    """

    code: str
    reason: str
    subjects: dict[str, Natural]
    frames: Natural
    seconds: Seconds
    sound_seconds: Seconds


class AnswerPart(Part):
    """A finding of an earlier audit, and a person's answer to it.

    Attributes:
        first_seconds: from the first picture of the source; null: not known.
    """

    kind: str
    target: TargetWord
    first_frame: Natural
    last_frame: Natural
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")]
    reason: str
    answered_by: str = ""
    answered_at: UtcOrNone = ""
    first_seconds: Seconds | None = None


class StillPart(Part):
    """A picture of the result that a person saved on the page.

    Attributes:
        seconds: from the first picture.
        current: its masks are those of the output.
    """

    name: FileName
    sha256: Sha256
    frame: Natural
    seconds: Seconds
    current: bool
    by: str = ""
    at: UtcOrNone = ""


class ReviewPart(Part):
    """What was on the screen in 'redact review' before the run, not where anybody looked.

    Attributes:
        reviewer: who said on the page who they are; empty: nobody gave a name.
        frames_seen: shown, but for those that only flew by.
        moments: risky moments that the page listed.
        moments_answered: of those seen, from their picture alone.
        frames_played: shown while it played at 1x at most.
        open_seconds: for which the page was open.
        worked_seconds: of these, with a person's actions less than a minute apart.
    """

    reviewer: str
    frames: Natural
    frames_seen: Natural
    findings: Natural
    findings_answered: Natural
    seen: tuple[SeenFrames, ...]
    subjects: tuple[SeenSubject, ...]
    answers: tuple[AnswerPart, ...]
    moments: Natural = 0
    moments_seen: Natural = 0
    moments_answered: Natural = 0
    frames_played: Natural = 0
    stills: list[StillPart] = field(default_factory=list)
    open_seconds: Natural = 0
    worked_seconds: Natural = 0


class ModelPart(Part):
    name: str
    sha256: str
    role: str


class SoundPart(Part):
    """The length of one sound track of the original.

    Attributes:
        seconds: as far as it could be read; null: it was not read.
        declared_seconds: as the container states; null: it states nothing of it.
    """

    stream: Natural
    seconds: Seconds | None
    declared_seconds: Seconds | None


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
    these count from the first picture of the original.

    Attributes:
        from_seconds: start, as it was asked for.
        to_seconds: end, as it was asked for.
        begins_seconds: its first picture.
        original_seconds: length of the original; null: its headers do not say.
        file_seconds: its first picture, on the clock of the original.
    """

    from_seconds: Seconds
    to_seconds: Seconds
    begins_seconds: Seconds
    original_seconds: Seconds | None
    file_seconds: Seconds


class RemovedPart(Part):
    """Something in the source that is not in the output.

    Attributes:
        stream: null: of the file as a whole.
        what: never the content of what was removed.
    """

    stream: Natural | None
    kind: str
    what: MessagePart | None = None


class LogAnchor(Part):
    """How far the custody log had come when the manifest was written."""

    entries: Natural
    head: Sha256
