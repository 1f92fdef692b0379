"""What a person did to the sound, and what they looked at, as a manifest holds it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Natural, Part, Seconds, TargetWord


class MutedPart(Part):
    """A span of sound that the output does not have. Times count from the first picture."""

    start_seconds: Seconds
    end_seconds: Seconds
    how: Annotated[str, Meta(pattern="^(mute|tone)$")]
    reason: str
    decided_by: Annotated[str, Meta(description="empty: not stated")]


class SeenPart(Part):
    """Frames that were shown in one view at one speed; first and last of each stretch."""

    view: Annotated[str, Meta(pattern="^(outlines|result|original)$")]
    speed: Annotated[
        str,
        Meta(
            pattern="^(still|normal|fast)$",
            description="still: stood on, or stepped to; normal: played at 1x at most; fast",
        ),
    ]
    frames: tuple[tuple[Natural, Natural], ...]


class SeenSubjectPart(Part):
    """Frames that were shown while a subject, known by one of its tracks, was chosen."""

    track: Annotated[int, Meta(ge=1)]
    frames: tuple[tuple[Natural, Natural], ...]


class AnswerPart(Part):
    """A finding of an earlier audit, and what a person said about it."""

    kind: str
    target: TargetWord
    first_frame: Natural
    last_frame: Natural
    answer: Annotated[str, Meta(pattern="^(|hide|none)$")]
    reason: str


class ReviewPart(Part):
    """What a person looked at in 'redact review' before the run. Shown is not the same as seen:
    the page knows what was on the screen, not where anybody looked."""

    reviewer: str
    frames: Natural
    frames_seen: Annotated[int, Meta(ge=0, description="shown, but for those that only flew by")]
    findings: Natural
    findings_answered: Natural
    seen: tuple[SeenPart, ...]
    subjects: tuple[SeenSubjectPart, ...]
    answers: tuple[AnswerPart, ...]
