"""What a person viewed and answered during a review, as stored in the plan's file and in the
record."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ..types import Natural, Positive, Runs, Sha256, TargetWord, UtcOrNone, Value, joined


class SeenFrames(Value, frozen=True):
    """Frames that the page showed in one view and at one speed.

    Attributes:
        view: outlines, result or original.
        speed: still (paused at, or stepped to), normal (played at 1x at most) or fast (played
            faster, or skipped over).
        frames: spans, both ends included.
        by: who was at the page; "" if they gave no name.
        speed: still: stood on, or stepped to; normal: played at 1x at most; fast.
    """

    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[str, Meta(pattern="^(still|normal|fast)$")]
    frames: Runs
    by: str = ""


class SeenSubject(Value, frozen=True):
    """Frames that the page showed while a subject was selected.

    Attributes:
        track: the subject's first track.
        frames: spans of frames that were shown.
        closely: spans of frames in which this track alone was shown, enlarged.
    """

    track: Positive
    frames: Runs
    closely: Runs = ()


class SeenMoment(Value, frozen=True):
    """A risky moment that a person viewed.

    Attributes:
        frame: index of the frame to look at.
        why: what may be wrong there, a key of the page's words.
        track: that it is about; 0 for none, negative for one of the plan's doubts.
        beside: frame, why and track of moments within a second, which were viewed with it.
        answered: whether the person answered from its picture alone, without going there.
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
        places: frame and box (upright source pixels) to hide.
        answer: "" (not answered), hide, or none (there is nothing to hide).
        reason: of the answer.
        track: that hides it, if the answer is hide.
        drawn: False if a mask of the plan was not drawn there, which no answer can fix.
        answered_by, answered_at: who answered, and when (UTC).
        mark: proves that the answer is this user's, see `redact.plan.answered_here`.
        doubtful: whether the finding may well be nothing.
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


class Still(Value, frozen=True):
    """A picture of the result that a person saved.

    Attributes:
        frame: index.
        name: of the file.
        sha256: of the file, hex.
        masks: see `redact.plan.masks_sha256`: other masks since make it out of date.
        by, at: who saved it, and when (UTC).
    """

    frame: Natural
    name: str
    sha256: Sha256
    masks: Sha256
    by: str = ""
    at: UtcOrNone = ""


class ReviewState(Value, frozen=True):
    """State that `redact review` stores between sessions; it goes into the record of a run.

    Attributes:
        reviewer: who said last on the page who they are.
        seen: frames by view, speed and person.
        subjects: frames by selected subject.
        findings: of the last audit, with answers.
        moments: risky moments that were viewed, whatever was decided since.
        moments_left: number of those not viewed, when the page last counted them.
        excerpt: first and last frame of what is to be made, both included; None for all.
        stills: pictures of the result that a person saved.
        open_seconds, worked_seconds: for how long the page was open, and somebody worked with it.
    """

    reviewer: str = ""
    seen: tuple[SeenFrames, ...] = ()
    subjects: tuple[SeenSubject, ...] = ()
    findings: tuple[FindingNote, ...] = ()
    moments: tuple[SeenMoment, ...] = ()
    moments_left: Natural = 0
    excerpt: tuple[Natural, Natural] | None = None
    stills: tuple[Still, ...] = ()
    open_seconds: Natural = 0
    worked_seconds: Natural = 0

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Everybody who was at the page and said who they are, in alphabetical order."""
        return tuple(sorted({self.reviewer, *(part.by for part in self.seen)} - {""}))

    def frames_seen(
        self,
        *,
        played: bool = False,
        unmasked: bool = False,
        by: str | None = None,
    ) -> Runs:
        """Spans of frames that a person has seen.

        Args:
            played: include only frames that were shown while playing at normal speed.
            unmasked: include only views in which the screen also showed what masks hide.
            by: include only what this person has seen.
        """
        runs: Runs = ()
        for part in self.seen:
            if (unmasked and part.view == "result") or by not in (None, part.by):
                continue
            if part.speed == "normal" or (not played and part.speed == "still"):
                runs = joined(runs, part.frames)
        return runs
