"""One object over time: keyframes, the track that they form, and its region in one frame."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import lt
from typing import Final, NamedTuple, overload

from .boxes import Box
from .fields import Natural, Probability, UtcOrNone, Value
from .key_picture import SIDES_AS_FOUND, KeyPicture, key_picture_at, stands_alone
from .silhouette import Shaped, Silhouette, shape_at
from .target import Action, Origin, Outline, State, Target

DOUBTFUL: Final = 0.5
"""Probability below which an object is more likely a false positive than its target."""

SURE: Final = 0.9
"""Probability from which the networks count as sure of an object (a judgement). Calling it a false
alarm would uncover what is most likely a face or plate, so a person must look, and say why."""

PASSING_SECONDS: Final = Fraction(1, 4)
"""Longest time, in seconds, between two detections of surely the same person: shorter than two
people take to pass each other."""

LEAST_PROBABILITY: Final = 0.005
"""Probability below which a detection is dropped."""


class Keyframe(Value, frozen=True):
    """The box of a track in one frame, in upright source pixels, without margin. Its state holds
    until the next keyframe; only a detection has a score."""

    frame: Natural
    box: Box
    state: State
    score: Probability | None = None


class Keyframes(Sequence[Keyframe]):
    """A tuple of keyframes in an eighth of the memory: ten minutes of a crowd have tens of
    thousands, which stay in memory from the first pass to the end of the audit.

    Numbers are stored exactly.
    """

    __slots__ = ("_boxes", "_frames", "_scores", "_states")

    def __init__(self, keys: Iterable[Keyframe]) -> None:
        self._frames, self._states = array("q"), array("b")
        self._boxes, self._scores = array("d"), array("d")
        for key in keys:
            self._frames.append(key.frame)
            self._boxes.extend(key.box)
            self._states.append(_NUMBERS[State(key.state)])
            # NaN stands for no score.
            self._scores.append(float("nan") if key.score is None else key.score)

    def __len__(self) -> int:
        return len(self._frames)

    @overload
    def __getitem__(self, i: int) -> Keyframe: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Keyframe, ...]: ...
    def __getitem__(self, i: int | slice) -> Keyframe | tuple[Keyframe, ...]:
        if isinstance(i, slice):
            return tuple(self[n] for n in range(*i.indices(len(self))))
        frame, score = self._frames[i], self._scores[i]
        start = 4 * (i if i >= 0 else len(self) + i)
        box = Box(*self._boxes[start : start + 4])
        # Only NaN differs from itself.
        return Keyframe(frame, box, _STATES[self._states[i]], score if score == score else None)

    def __iter__(self) -> Iterator[Keyframe]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Keyframes | tuple):
            return NotImplemented
        return tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    @property
    def frames(self) -> Sequence[int]:
        """Frame indices alone."""
        return self._frames

    def last_up_to(self, frame: int) -> int:
        """Index of the last keyframe at or before `frame`; -1 if there is none."""
        return bisect_right(self._frames, frame) - 1

    def at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`; None before the first and after the last."""
        if not self._frames[0] <= frame <= self._frames[-1]:
            return None
        i = self.last_up_to(frame)
        here = self[i]
        if here.frame == frame:
            return here
        after = self[i + 1]
        t = (frame - here.frame) / (after.frame - here.frame)
        return Keyframe(frame, here.box.lerp(after.box, t), here.state, here.score)


class Decided(NamedTuple):
    """Why, by whom and when (UTC) a decision was made, and the code of the rule that it rests on,
    such as "b(6)" or "art. 15(4)", for the record; "" if not stated."""

    reason: str = ""
    by: str = ""
    at: str = ""
    code: str = ""


UNDECIDED: Final = Decided()


class Confirmed(Value, frozen=True):
    """A person's answer to whether a stretch of a track shows its subject, given while looking at
    its pictures.

    Attributes:
        first, last: frames, both included.
        same: whether it shows the subject that the decision is about.
        by: who answered; "" if they gave no name.
        at: when, UTC.
        same: it is the one whom the decision is about.
    """

    first: Natural
    last: Natural
    same: bool = True
    by: str = ""
    at: UtcOrNone = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One object over time: keyframes in rising frame order, linear in between.

    A track covers every frame from its first to its last keyframe, both included. Any sequence of
    keyframes is accepted and stored as `Keyframes`.

    Attributes:
        action, reason, decided_by, decided_at, code: the decision about its subject, see
            `Decided`. A plan fills them in from `redact.plan.Subject`; a track with a decision
            and no subject becomes a subject of its own.
        certainty: probability that it is a `target`, by all detections; None if no detector found
            it.
        confirmed: a person's answers about stretches of it; the latest about a frame counts.
        shapes: of a person, in rising frame order, if known; each holds until the next.
        key_pictures: a person's changes to its mask, in rising frame order.
        first, last: frame indices, both included.

    Raises:
        ValueError: if there is no keyframe or frames do not rise strictly.
    """

    id: int
    target: Target
    keyframes: Sequence[Keyframe]
    action: Action = Action.REDACT
    origin: Origin = Origin.AUTO
    reason: str = ""
    decided_by: str = ""
    certainty: float | None = None
    decided_at: str = ""
    confirmed: tuple[Confirmed, ...] = ()
    shapes: tuple[Shaped, ...] = ()
    key_pictures: tuple[KeyPicture, ...] = ()
    code: str = ""
    first: int = field(init=False, repr=False, compare=False)
    last: int = field(init=False, repr=False, compare=False)
    _keys: Keyframes = field(init=False, repr=False, compare=False)

    @property
    def doubtful(self) -> bool:
        """Whether it is more likely a false positive. It is hidden all the same."""
        return self.certainty is not None and self.certainty < DOUBTFUL

    def __post_init__(self) -> None:
        if not self.keyframes:
            raise ValueError(f"track {self.id} has no keyframe")
        keys = self.keyframes
        if not isinstance(keys, Keyframes):
            keys = Keyframes(keys)
        for what, frames in (
            ("keyframes", keys.frames),
            ("shapes", [shaped.frame for shaped in self.shapes]),
            ("key pictures", [key.frame for key in self.key_pictures]),
        ):
            if not all(map(lt, frames, frames[1:])):
                raise ValueError(f"track {self.id}: {what} must rise strictly in frame order")
        for name, value in (
            ("keyframes", keys),
            ("_keys", keys),
            ("first", keys.frames[0]),
            ("last", keys.frames[-1]),
        ):
            object.__setattr__(self, name, value)  # the instance is frozen

    @property
    def score(self) -> float | None:
        """Highest detector score on the track; None if no detector found it."""
        return max((k.score for k in self.keyframes if k.score is not None), default=None)

    @property
    def best(self) -> Keyframe:
        """Its surest detection, the larger of equal ones. The page and lists show this picture."""
        return max(self.keyframes, key=lambda k: (k.score or 0.0, k.box.area))

    def confirmed_at(self, frame: int) -> Confirmed | None:
        """A person's latest answer about a frame; None if there is none."""
        return next((c for c in reversed(self.confirmed) if c.first <= frame <= c.last), None)

    def at(self, frame: int) -> Keyframe | None:
        """Where its mask is at `frame`: where it was found, unless a person moved it. None outside
        the track."""
        found = self.found_at(frame)
        if not self.key_pictures or found is None:  # almost always, and this is called very often
            return found
        wanted = self.key_picture_at(frame)
        if wanted is None or wanted.sides == SIDES_AS_FOUND:
            return found
        # A person looked at this picture, but not at those between two key pictures.
        alone = stands_alone(self.key_pictures, wanted)
        return found.but(box=wanted.box(found.box), state=State.MANUAL if alone else found.state)

    def key_picture_at(self, frame: int) -> KeyPicture | None:
        """A person's change to its mask at `frame`; None if the mask is as found."""
        return key_picture_at(self.key_pictures, frame) if self.key_pictures else None

    def found_at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`, without a person's changes; None outside the track."""
        return self._keys.at(frame)

    def silhouette(self, here: Keyframe) -> Silhouette | None:
        """The part of its box that it fills; None for the whole box, as of one that a person drew
        or that is held over damage."""
        if here.state in (State.MANUAL, State.HELD):
            return None
        wanted = self.key_picture_at(here.frame)
        if wanted is not None and wanted.whole_box:
            return None
        return shape_at(self.shapes, here.frame)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rejected detection: a place without a mask at which somebody may be visible.

    Attributes:
        frame: of its surest detection.
        target: what it may be.
        box: upright source pixels.
        chance: probability that it is a `target`, by all its detections.
    """

    frame: int
    target: Target
    box: Box
    chance: float


_STATES = tuple(State)
_NUMBERS = {state: n for n, state in enumerate(_STATES)}


@dataclass(frozen=True, slots=True)
class Region:
    """One object to hide in one frame.

    Attributes:
        track: id of the track it comes from.
        target: decides the shape of the mask (`TargetSpec.outline`), unless `outline` is set.
        box: upright source pixels, without margin. The mask contains the whole box, or the whole
            silhouette in it.
        state: how certain the box is; see `State`.
        silhouette: the part of the box to hide; None for all of it.
        spared: boxes of visible faces of other subjects under the mask: over them the mask has no
            margin.
        opened: boxes of visible faces of the same subject, whose places are certain: the mask,
            only a guess about the same person, leaves their ellipses open.
        outline: of the mask, if a person chose one.
        margin: of this mask, as a share of its size; None for the margin of all masks.
        code: why it is hidden, for a label; "" if its subject has none.
    """

    track: int
    target: Target
    box: Box
    state: State
    silhouette: Silhouette | None = None
    spared: tuple[Box, ...] = ()
    opened: tuple[Box, ...] = ()
    outline: Outline | None = None
    margin: float | None = None
    code: str = ""

    def moved(self, x: float, y: float) -> Region:
        """The region shifted by `x` pixels to the right and `y` down."""
        spared = tuple(box.moved(x, y) for box in self.spared)
        opened = tuple(box.moved(x, y) for box in self.opened)
        return replace(self, box=self.box.moved(x, y), spared=spared, opened=opened)

    def common(self, box: Box) -> float:
        """Area of a box, in square pixels, that it hides without its margin."""
        if self.silhouette is None:
            return self.box.common(box)
        return self.silhouette.common(self.box, box)
