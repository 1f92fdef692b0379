"""What redact looks for: one row for each kind of target, and all that is peculiar to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Target(IntEnum):
    """Kind of thing that is hidden. FACE and PLATE are the class numbers of redact's network."""

    FACE = 0
    PLATE = 1
    REGION = 2
    """Anything else, marked by hand: a screen, a document, a tattoo."""
    HEAD = 3
    """A head, also from behind: redact's own networks do not know it, detectors of others may."""

    @property
    def word(self) -> str:
        """In plans, records and options."""
        return self.name.lower()

    @property
    def spec(self) -> TargetSpec:
        """All that is peculiar to it."""
        return TARGETS[self]

    @classmethod
    def from_word(cls, word: str) -> Target:
        """Inverse of `word`. Raises ValueError for an unknown word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"unknown target {word!r}") from None


@dataclass(frozen=True, slots=True)
class Names:
    """A target in one language.

    Attributes:
        one, several: as terms, singular and plural.
        a: in a sentence.
        short: where there is little room.
    """

    one: str
    several: str
    a: str
    short: str


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """All that is peculiar to a kind of target. A new one is a member of `Target` and a row here.

    Attributes:
        round: its mask is an ellipse in the box plus margin; else all of that box.
        searched: detectors can look for it.
        own: redact's own networks find it.
        measured: the target whose measured limits, weights and costs hold for it, in tracker and
            audit; None: nothing is measured, for no detector finds it.
        audited: what the audit's networks look for where this is hidden; None: nothing.
        category: its number in exchange files; COCO counts from 1.
        names: by language.
    """

    round: bool
    searched: bool
    own: bool
    measured: Target | None
    audited: Target | None
    category: int
    names: dict[str, Names]


TARGETS: Final[dict[Target, TargetSpec]] = {
    Target.FACE: TargetSpec(
        round=True,
        searched=True,
        own=True,
        measured=Target.FACE,
        audited=Target.FACE,
        category=1,
        names={
            "en": Names("face", "faces", "a face", "face"),
            "fr": Names("visage", "visages", "un visage", "visage"),
        },
    ),
    Target.PLATE: TargetSpec(
        round=False,
        searched=True,
        own=True,
        measured=Target.PLATE,
        audited=Target.PLATE,
        category=2,
        names={
            "en": Names("licence plate", "licence plates", "a licence plate", "plate"),
            "fr": Names(
                "plaque d’immatriculation", "plaques d’immatriculation", "une plaque", "plaque"
            ),
        },
    ),
    Target.REGION: TargetSpec(
        round=False,
        searched=False,
        own=False,
        measured=None,
        audited=None,
        category=3,
        names={
            "en": Names("marked region", "marked regions", "something", "region"),
            "fr": Names("zone marquée", "zones marquées", "quelque chose", "zone"),
        },
    ),
    Target.HEAD: TargetSpec(
        round=True,
        searched=True,
        own=False,
        measured=Target.FACE,
        audited=Target.FACE,
        category=4,
        names={
            "en": Names("head", "heads", "a head", "head"),
            "fr": Names("tête", "têtes", "une tête", "tête"),
        },
    ),
}

SEARCHED: Final = tuple(t for t in Target if t.spec.searched)
"""What detectors can look for."""

OWN: Final = tuple(t for t in Target if t.spec.own)
"""What redact's own networks find, and what is looked for where nobody says otherwise."""


def audited_for(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """What the audit looks for where `targets` are hidden, in the order of `Target`."""
    looked_for = {t.spec.audited for t in targets}
    return tuple(t for t in Target if t in looked_for)


def pattern_of(targets: tuple[Target, ...]) -> str:
    """A regular expression that matches the word of any of them, for schemas."""
    return f"^({'|'.join(t.word for t in targets)})$"


def table_of(language: str, form: str) -> dict[str, str]:
    """Word of each target → its name in a language.

    Args:
        language: "en" or "fr".
        form: a field of `Names`.
    """
    return {t.word: getattr(t.spec.names[language], form) for t in Target}


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
    """The frame was damaged: masks in it and nearby are held and enlarged."""
    MANUAL = "manual"
    """Drawn by a person."""


class Action(StrEnum):
    """What is done with a track."""

    REDACT = "redact"
    KEEP = "keep"
    """It is the one who stays visible: wherever it surely is, or a person confirmed it."""
    FALSE_ALARM = "false-alarm"
    """It is nothing to hide: it has no mask in any picture."""


class Origin(StrEnum):
    """Who made a track."""

    AUTO = "auto"
    MANUAL = "manual"
    IMPORTED = "imported"
