"""What redact looks for, and the words a plan uses about it."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Target(IntEnum):
    """Kind of thing that is hidden. FACE and PLATE are the detector's class numbers."""

    FACE = 0
    PLATE = 1
    REGION = 2
    """Anything else, marked by hand: a screen, a document, a tattoo."""

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Target:
        """Inverse of `word`. Raises ValueError for an unknown word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"unknown target {word!r}") from None


class State(StrEnum):
    """Why a track is believed to be at this box in this frame, from strongest to weakest."""

    DETECTED = "detected"
    """The detector saw it in this very frame."""
    FOLLOWED = "followed"
    """The pixel tracker saw it in this very frame."""
    INTERPOLATED = "interpolated"
    """Between two frames in which it was seen."""
    PADDED = "padded"
    """Grace time before the first or after the last frame in which it was seen."""
    HELD = "held"
    """The frame was damaged and could not be checked: masks nearby are held and enlarged."""
    MANUAL = "manual"
    """Drawn by a person."""


class Action(StrEnum):
    """What is done with a track."""

    REDACT = "redact"
    KEEP = "keep"


class Origin(StrEnum):
    """Who made a track."""

    AUTO = "auto"
    MANUAL = "manual"
    IMPORTED = "imported"
