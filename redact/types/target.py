"""The kinds of target: one row each, with all that is peculiar to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum, auto
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Target(IntEnum):
    """Kind of thing that is hidden. The numbers stand for it in arrays and mean nothing."""

    FACE = auto()
    PLATE = auto()
    REGION = auto()
    """Anything else, marked by hand: a screen, a document, a tattoo."""
    HEAD = auto()
    """A head from every side, also from behind; its face is part of it."""
    PERSON = auto()
    """A whole body; head and face are part of it."""

    TEXT = auto()
    """A line of text in the scene: a sign, a name tag, a screen; read, and hidden if asked for."""
    CAPTION = auto()
    """A text that is burnt into the picture: a clock, a camera's name."""

    @property
    def word(self) -> str:
        """In plans and records."""
        return self.name.lower()

    @property
    def spec(self) -> TargetSpec:
        """All that is peculiar to it."""
        return TARGETS[self]

    @property
    def wholes(self) -> tuple[Target, ...]:
        """The kinds that it is part of, from the nearest on: for a face, the head and the
        person."""
        whole = self.spec.part_of
        return () if whole is None else (whole, *whole.wholes)

    def is_of(self, other: Target) -> bool:
        """Whether the two are of one subject: the same, or one part of the other."""
        return self is other or other in self.wholes or self in other.wholes

    @classmethod
    def from_word(cls, word: str) -> Target:
        """Inverse of `word`. Raises ValueError for an unknown word."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"unknown target {word!r}") from None


class Outline(StrEnum):
    """Shape of a mask within the box plus margin."""

    ELLIPSE = "ellipse"
    BOX = "box"
    ROUNDED = "rounded"
    """The box with round corners (`redact.render.shapes.ROUNDING`)."""


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """All that is peculiar to a kind of target. A new one is a member of `Target`, a row here, and
    its names in the tables `target…` of the catalogues (`terms.toml`).

    Attributes:
        outline: of its mask.
        searched: detectors know it; every room then has a number for it (`PerKind`).
        option: in `--targets`, "" for one that is neither searched nor read.
        part_of: the kind that it lies in; where both are asked for, they are one target.
        reach: how far that one reaches beyond it: left and right, above, below, shares of its
            width and height.
        category: its number in exchange files; COCO counts from 1.
    """

    outline: Outline
    searched: bool
    option: str
    category: int
    part_of: Target | None = None
    reach: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def round(self) -> bool:
        """Whether the corners of its box show what is behind it."""
        return self.outline is not Outline.BOX


TARGETS: Final[dict[Target, TargetSpec]] = {
    Target.FACE: TargetSpec(
        outline=Outline.ELLIPSE,
        searched=True,
        option="faces",
        part_of=Target.HEAD,
        # Medians of the heads labelled by eye (`lab.training.eye.index`).
        reach=(0.2, 0.36, 0.1),
        category=1,
    ),
    Target.PLATE: TargetSpec(
        outline=Outline.BOX,
        searched=True,
        option="plates",
        category=2,
    ),
    Target.REGION: TargetSpec(
        outline=Outline.BOX,
        searched=False,
        option="",
        category=3,
    ),
    Target.HEAD: TargetSpec(
        outline=Outline.ELLIPSE,
        searched=True,
        option="heads",
        part_of=Target.PERSON,
        # A body is seven to eight heads tall, and three wide with its arms: an artist's
        # canon; of whom only the head is seen, more is hidden rather than less.
        reach=(1.0, 0.1, 6.5),
        category=4,
    ),
    Target.PERSON: TargetSpec(
        outline=Outline.ROUNDED,
        searched=True,
        option="people",
        category=5,
    ),
    Target.TEXT: TargetSpec(outline=Outline.BOX, searched=False, option="text", category=6),
    Target.CAPTION: TargetSpec(outline=Outline.BOX, searched=False, option="captions", category=7),
}

DETECTED_TARGETS: Final = tuple(t for t in Target if t.spec.searched)
"""What detectors can know; redact's own networks know all of it."""

TEXT_TARGETS: Final = (Target.TEXT, Target.CAPTION)
"""What the reader finds."""

DEFAULT_TARGETS: Final = (Target.FACE, Target.PLATE)
"""What is searched for where nobody says otherwise."""


def without_nested(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Kinds of which none is a part of another, in the order of `Target`: hiding heads hides their
    faces with them, and each is one target, not two.

    Raises:
        ValueError: for a kind that nobody can search for, or none at all.
    """
    wanted = set(targets)
    strange = [t.word for t in Target if t in wanted and not t.spec.searched]
    if strange or not wanted:
        words = ", ".join(strange) or "nothing"
        raise ValueError(f"a detector needs a target that it can look for, not {words}")
    return tuple(t for t in Target if t in wanted and wanted.isdisjoint(t.wholes))


def with_nested(targets: Iterable[Target]) -> tuple[Target, ...]:
    """All kinds that are hidden where `targets` are: faces where heads are."""
    hidden = set(targets)
    return tuple(t for t in Target if t in hidden or not hidden.isdisjoint(t.wholes))


class PerKind(Generic[T]):
    """A table with one row for each kind of target that is searched for.

    Args:
        room: the name of the table, for the error.
        rows: a value for each.

    Raises:
        LookupError: there is no row for a kind that is searched for, so that it is noticed when
            the room is opened and not by what it leaves visible.
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
        """[N, ...] the value of each of [N] targets. Raises LookupError for one without a row."""
        kinds, which = np.unique(targets, return_inverse=True)
        if not len(kinds):
            return np.array(list(self._rows.values()))[:0]
        return np.array([self[Target(int(k))] for k in kinds])[which]


def widened(boxes: NDArray[np.floating], target: Target) -> NDArray[np.float32]:
    """Boxes [N, 4] of the wholes that things of one kind are parts of, by `TargetSpec.reach`."""
    beside, above, below = target.spec.reach
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    out = np.stack([-beside * w, -above * h, beside * w, below * h], axis=1)
    return np.asarray(boxes + out, np.float32)


ANY_KIND: Final = ", ".join(t.word for t in Target)
"""The words of all, for people."""


def pattern_of(targets: Sequence[Target]) -> str:
    """A regular expression that matches the word of any of them, for schemas."""
    return f"^({'|'.join(t.word for t in targets)})$"


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
    CUT_OFF = "cut-off"
    """A person took the mask away there: it has none in any picture. Nobody said that it is nothing
    to hide, and it may be somebody."""
    FALSE_ALARM = "false-alarm"
    """It is nothing to hide: it has no mask in any picture."""

    @property
    def unmasked(self) -> bool:
        """Whether there is no mask in any sound picture, however unsure it is what is there."""
        return self in (Action.CUT_OFF, Action.FALSE_ALARM)


class Origin(StrEnum):
    """Who made a track."""

    AUTO = "auto"
    MANUAL = "manual"
    IMPORTED = "imported"
