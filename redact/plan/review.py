"""What a person adds to a plan besides tracks: who is one, which sound goes, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..types import Runs


class Decision(StrEnum):
    """What a person decided about a subject."""

    NONE = ""
    """Nobody decided yet: it is hidden by rule."""
    HIDE = "hide"
    KEEP = "keep"
    FALSE_ALARM = "false alarm"
    """It is no face and no plate: it has no mask, so that the picture stays as it was."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Tracks of one person, plate or thing.

    Attributes:
        tracks: their numbers, rising, at least one.
        decision: what a person decided about all of them.
        name: what a person calls it, "" for its number.
    """

    tracks: tuple[int, ...]
    decision: Decision = Decision.NONE
    name: str = ""


class Sound(StrEnum):
    """What stands in the place of sound that is taken out."""

    MUTE = "mute"
    TONE = "tone"


@dataclass(frozen=True, slots=True)
class MutedSpan:
    """A span of sound that the output does not have.

    Attributes:
        start, end: milliseconds after the first picture.
        how: silence, or a tone.
        reason, decided_by, decided_at: why, who and when (UTC); they go on record.
    """

    start: int
    end: int
    how: Sound = Sound.MUTE
    reason: str = ""
    decided_by: str = ""
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class SeenFrames:
    """Frames that were shown to a person in one way.

    Attributes:
        view: outlines, result or original.
        speed: still (stood, or stepped to), normal (played at 1x at most), fast (played faster, or
            left at once for a picture further on).
        frames: which.
    """

    view: str
    speed: str
    frames: Runs


@dataclass(frozen=True, slots=True)
class SeenSubject:
    """Frames that were shown while a subject, known by its first track, was chosen."""

    track: int
    frames: Runs


@dataclass(frozen=True, slots=True)
class FindingNote:
    """A finding of the last audit, and what a person said about it.

    Attributes:
        number, kind, target: as in the audit.
        first, last: frames, both included.
        places: frame and box (upright source pixels), as they would be hidden.
        answer: "", hide or none (it is none: nothing that must be hidden).
        reason: of the answer.
        track: that hides it, where the answer is hide.
        drawn: a mask of the plan was not drawn there; no answer mends that.
        answered_by, answered_at: who answered, and when (UTC).
        mark: by which the answer is known as this user's, see `redact.plan.answered_here`.
    """

    number: int
    kind: str
    target: str
    first: int
    last: int
    places: tuple[tuple[int, tuple[float, float, float, float]], ...]
    answer: str = ""
    reason: str = ""
    track: int | None = None
    drawn: bool = True
    answered_by: str = ""
    answered_at: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ReviewState:
    """What `redact review` keeps between two sessions; it goes into the record of a run.

    Attributes:
        reviewer: who looked, as they wrote it.
        seen: frames by view and speed.
        subjects: frames by chosen subject.
        findings: of the last audit.
    """

    reviewer: str = ""
    seen: tuple[SeenFrames, ...] = ()
    subjects: tuple[SeenSubject, ...] = ()
    findings: tuple[FindingNote, ...] = ()
