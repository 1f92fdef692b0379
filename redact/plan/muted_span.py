"""A muted span of sound, as a plan stores it."""

from __future__ import annotations

from enum import StrEnum

from ..types import Milliseconds, Origin, UtcOrNone, Value


class Sound(StrEnum):
    """What replaces muted sound."""

    MUTE = "mute"
    TONE = "tone"


class MutedSpan(Value, frozen=True, rename={"start": "start_ms", "end": "end_ms"}):
    """A span of sound that the output does not contain.

    Attributes:
        start, end: in milliseconds after the first picture; negative before it. For spans that
            reach the first or last picture see `Plan.muted_on_clock`.
        how: silence or a tone.
        reason, decided_by, decided_at, code: see `Decided`; they go on record.
        origin: whether a person chose it, or speech was heard there.
        start: milliseconds after the first picture; below zero: before it.
    """

    start: Milliseconds
    end: Milliseconds
    how: Sound = Sound.MUTE
    reason: str = ""
    decided_by: str = ""
    decided_at: UtcOrNone = ""
    code: str = ""
    origin: Origin = Origin.MANUAL
