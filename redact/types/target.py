"""The kinds of target that redact hides, one row of properties each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum, auto
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Target(IntEnum):
    """A kind of target. The numbers identify it in arrays and have no other meaning."""

    FACE = auto()
    PLATE = auto()
    REGION = auto()
    """Anything else, marked by hand: a screen, a document, a tattoo."""
    HEAD = auto()
    """A head from every side, also from behind; its face is part of it."""
    PERSON = auto()
    """A whole body; head and face are part of it."""

    TEXT = auto()
    """A line of text in the scene: a sign, a name tag, a screen. Hidden only on request."""
    CAPTION = auto()
    """A text burnt into the picture: a clock, a camera's name. Hidden only on request."""

    @property
    def word(self) -> str:
        """Its name in plans and records."""
        return self.name.lower()

    @property
    def spec(self) -> TargetSpec:
        """Its row of `TARGETS`."""
        return TARGETS[self]

    @property
    def wholes(self) -> tuple[Target, ...]:
        """The kinds that it is part of, nearest first: for a face, head and person."""
        whole = self.spec.part_of
        return () if whole is None else (whole, *whole.wholes)

    def is_of(self, other: Target) -> bool:
        """Whether the two can belong to one subject: the same kind, or one part of the other."""
        return self is other or other in self.wholes or self in other.wholes

    @classmethod
    def from_word(cls, word: str) -> Target:
        """Inverse of `word`. Raises ValueError for an unknown word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"unknown target {word!r}") from None


class Outline(StrEnum):
    """Shape of a mask within its box and margin."""

    ELLIPSE = "ellipse"
    BOX = "box"
    ROUNDED = "rounded"
    """A box with round corners (`redact.render.shapes.ROUNDING`)."""


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """Properties of a kind of target. To add a kind: a member of `Target`, a row of `TARGETS`, and
    its names in the tables `target…` of the catalogues (`terms.toml`).

    Attributes:
        outline: of its mask.
        searched: whether detectors find it; every `PerKind` table then needs a row for it.
        option: its word in `--targets`; "" if neither a detector nor the reader finds it.
        subject: what it is counted as: a person, vehicle, text or area.
        part_of: the kind that contains it. If a user wants both, they are one target.
        reach: how far the containing kind extends beyond it: to either side, above, below, as
            shares of its width and height.
    """

    outline: Outline
    searched: bool
    option: str
    subject: str
    part_of: Target | None = None
    reach: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def round(self) -> bool:
        """Whether the mask leaves the corners of its box open."""
        return self.outline is not Outline.BOX


TARGETS: Final[dict[Target, TargetSpec]] = {
    Target.FACE: TargetSpec(
        outline=Outline.ELLIPSE,
        searched=True,
        option="faces",
        part_of=Target.HEAD,
        # Medians of the heads labelled by eye (lab/training/eye/README.md).
        reach=(0.2, 0.36, 0.1),
        subject="person",
    ),
    Target.PLATE: TargetSpec(
        outline=Outline.BOX, searched=True, option="plates", subject="vehicle"
    ),
    Target.REGION: TargetSpec(outline=Outline.BOX, searched=False, option="", subject="area"),
    Target.HEAD: TargetSpec(
        outline=Outline.ELLIPSE,
        searched=True,
        option="heads",
        part_of=Target.PERSON,
        # The artist's canon: a body is seven to eight heads tall and, with its arms, three wide.
        # If only the head was detected, hide too much rather than too little.
        reach=(1.0, 0.1, 6.5),
        subject="person",
    ),
    Target.PERSON: TargetSpec(
        outline=Outline.ROUNDED,
        searched=True,
        option="people",
        subject="person",
    ),
    Target.TEXT: TargetSpec(Outline.BOX, False, option="text", subject="text"),
    Target.CAPTION: TargetSpec(Outline.BOX, False, option="captions", subject="text"),
}

DETECTED_TARGETS: Final = tuple(t for t in Target if t.spec.searched)
"""Kinds that detectors find; redact's own networks find all of them."""

TEXT_TARGETS: Final = (Target.TEXT, Target.CAPTION)
"""Kinds that the reader finds."""

DEFAULT_TARGETS: Final = (Target.FACE, Target.PLATE)
"""Kinds that are searched for by default."""


def without_nested(targets: Iterable[Target]) -> tuple[Target, ...]:
    """The kinds without those that are part of another one, in the order of `Target`: hiding heads
    hides their faces too, and each head is one target, not two.

    Raises:
        ValueError: for a kind that no detector finds, or no kind at all.
    """
    wanted = set(targets)
    strange = [t.word for t in Target if t in wanted and not t.spec.searched]
    if strange or not wanted:
        words = ", ".join(strange) or "nothing"
        raise ValueError(f"a detector needs a target that it can look for, not {words}")
    return tuple(t for t in Target if t in wanted and wanted.isdisjoint(t.wholes))


def with_nested(targets: Iterable[Target]) -> tuple[Target, ...]:
    """All kinds that are hidden along with `targets`: faces, if heads are."""
    hidden = set(targets)
    return tuple(t for t in Target if t in hidden or not hidden.isdisjoint(t.wholes))


class PerKind(Generic[T]):
    """A table with one row for each kind of target that detectors find.

    Args:
        room: the name of the table, for the error.
        rows: a value for each kind.

    Raises:
        LookupError: a kind has no row. The import fails then, instead of a later run that leaves
            this kind visible.
    """

    def __init__(self, room: str, rows: Mapping[Target, T]) -> None:
        missing = [t.word for t in DETECTED_TARGETS if t not in rows]
        if missing:
            raise LookupError(f"{room} has nothing for {', '.join(missing)}")
        self._room, self._rows = room, dict(rows)

    def __getitem__(self, target: Target) -> T:
        """Raises LookupError for a kind without a row."""
        try:
            return self._rows[target]
        except KeyError:
            raise LookupError(f"{self._room} has nothing for {target.word}") from None

    def of(self, targets: NDArray[np.int8]) -> NDArray[Any]:
        """The value of each of int8 [N] targets, as [N, ...]. Raises LookupError for a kind
        without a row."""
        kinds, which = np.unique(targets, return_inverse=True)
        if not len(kinds):
            return np.array(list(self._rows.values()))[:0]
        return np.array([self[Target(int(k))] for k in kinds])[which]


def widened(boxes: NDArray[np.floating], target: Target) -> NDArray[np.float32]:
    """Boxes float32 [N, 4] of the containing kind, around boxes [N, 4] of a kind, by
    `TargetSpec.reach`."""
    beside, above, below = target.spec.reach
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    out = np.stack([-beside * w, -above * h, beside * w, below * h], axis=1)
    return np.asarray(boxes + out, np.float32)


ANY_KIND: Final = ", ".join(t.word for t in Target)
"""The words of all kinds, for messages."""


def pattern_of(targets: Sequence[Target]) -> str:
    """A regular expression that matches the word of any of `targets`, for schemas."""
    return f"^({'|'.join(t.word for t in targets)})$"


class State(StrEnum):
    """Why a track is believed to be at this box in this frame, from strongest to weakest."""

    DETECTED = "detected"
    """A detector found it in this frame."""
    FOLLOWED = "followed"
    """The pixel tracker found it in this frame."""
    INTERPOLATED = "interpolated"
    """Between two frames in which it was detected or followed."""
    PADDED = "padded"
    """Grace time before the first or after the last such frame."""
    HELD = "held"
    """The frame is damaged or close to damage: masks stay, enlarged."""
    MANUAL = "manual"
    """Drawn by a person."""


class Action(StrEnum):
    """What the plan does with a track."""

    REDACT = "redact"
    KEEP = "keep"
    """Visible wherever its place is certain, or a person has confirmed it."""
    CUT_OFF = "cut-off"
    """No mask in any picture, because a person removed it. Nobody has said that it is a false
    positive, so it may be a person."""
    FALSE_ALARM = "false-alarm"
    """No mask in any picture, because it is a false positive."""

    @property
    def unmasked(self) -> bool:
        """Whether it has no mask in any undamaged picture, however uncertain its place is."""
        return self in (Action.CUT_OFF, Action.FALSE_ALARM)


class Origin(StrEnum):
    """Who made a track."""

    AUTO = "auto"
    MANUAL = "manual"
    IMPORTED = "imported"
