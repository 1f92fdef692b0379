"""What a person looked at and answered during review; it stands in the plan's file and in the
record as it is here."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ..types import Natural, Positive, Runs, TargetWord, UtcOrNone, Value, joined


class SeenFrames(Value, frozen=True):
    """Frames that were shown to a person in one way.

    Attributes:
        view: outlines, result or original.
        speed: still (stood, or stepped to), normal (played at 1x at most), fast (played faster, or
            left at once for a picture further on).
        frames: which.
    """

    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[
        str,
        Meta(
            pattern="^(still|normal|fast)$",
            description="still: stood on, or stepped to; normal: played at 1x at most; fast",
        ),
    ]
    frames: Runs


class SeenSubject(Value, frozen=True):
    """Frames that were shown while a subject, known by its first track, was chosen; and `closely`,
    those of which this track alone was shown, enlarged."""

    track: Positive
    frames: Runs
    closely: Annotated[Runs, Meta(description="this track alone was shown, enlarged")] = ()


class SeenMoment(Value, frozen=True):
    """A risky moment that a person viewed.

    Attributes:
        frame: to look at.
        why: what may be wrong there, a word of the page.
        track: whom it is about; 0 for nobody, less than 0 for one of the plan's doubts.
        beside: frame, why and whom of those within a second, which were looked at with it.
        answered: from its picture alone, without going there.
    """

    frame: Natural
    why: Annotated[str, Meta(pattern="^[a-z]+$")]
    track: int
    beside: tuple[tuple[Natural, str, int], ...] = ()
    answered: bool = False


class FindingNote(Value, frozen=True):
    """A finding of the last audit, and a person's answer to it.

    Attributes:
        number, kind, target: as in the audit.
        first, last: frames, both included.
        places: frame and box (upright source pixels), as they would be hidden.
        answer: "", hide or none (it is none: nothing that must be hidden).
        reason: of the answer.
        track: that hides it, where the answer is hide.
        drawn: a mask of the plan was not drawn there; no answer fixes that.
        answered_by, answered_at: who answered, and when (UTC).
        mark: by which the answer is known as this user's, see `redact.plan.answered_here`.
        doubtful: it may well be nothing.
    """

    number: Positive
    kind: str
    target: TargetWord
    first: Natural
    last: Natural
    places: tuple[tuple[Natural, tuple[float, float, float, float]], ...]
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")] = ""
    reason: str = ""
    track: Positive | None = None
    drawn: bool = True
    answered_by: str = ""
    answered_at: UtcOrNone = ""
    mark: str = ""
    doubtful: bool = False


class ReviewState(Value, frozen=True):
    """State that `redact review` keeps between sessions; it goes into the record of a run.

    Attributes:
        reviewer: who looked, as they wrote it.
        seen: frames by view and speed.
        subjects: frames by chosen subject.
        findings: of the last audit.
        moments: risky moments that were looked at, whatever was decided since.
        moments_left: how many were not, when the page last knew.
    """

    reviewer: str = ""
    seen: tuple[SeenFrames, ...] = ()
    subjects: tuple[SeenSubject, ...] = ()
    findings: tuple[FindingNote, ...] = ()
    moments: tuple[SeenMoment, ...] = ()
    moments_left: Natural = 0

    def frames_seen(
        self, *, fast: bool = False, played: bool = False, unmasked: bool = False
    ) -> Runs:
        """Frames that were shown in any view, without those that only flew by unless `fast`; where
        `played`, only those that were shown while it played; where `unmasked`, only those in which
        what a mask hides was on the screen, too."""
        runs: Runs = ()
        for part in self.seen:
            if unmasked and part.view == "result":
                continue
            if part.speed == "normal" or (not played and (fast or part.speed == "still")):
                runs = joined(runs, part.frames)
        return runs
