"""One object over time: its keyframes, the track that they make, and its region of one frame."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import lt
from typing import Annotated, Final, NamedTuple, overload

from msgspec import Meta

from .boxes import Box
from .fields import Natural, Probability, UtcOrNone, Value
from .key_picture import SIDES_AS_FOUND, KeyPicture, key_picture_at, stands_alone
from .silhouette import Shaped, Silhouette, shape_at
from .target import Action, Origin, Outline, State, Target

DOUBTFUL: Final = 0.5
"""Probability below which something is as likely something else as what it is called."""


LEAST_PROBABILITY: Final = 0.005
"""Probability below which what was detected is not worth keeping."""


class Keyframe(Value, frozen=True):
    """Where a track is in one frame: in upright source pixels, without any margin. The state holds
    up to the next keyframe; where it is detected, it has the detector's score."""

    frame: Natural
    box: Box
    state: State
    score: Probability | None = None


class Keyframes(Sequence[Keyframe]):
    """Keyframes that behave like a tuple of them and need an eighth of its memory: a crowd of ten
    minutes has tens of thousands, which are held from the first pass to the end of the audit.

    Numbers are kept as they are, to the bit.
    """

    __slots__ = ("_boxes", "_frames", "_scores", "_states")

    def __init__(self, keys: Iterable[Keyframe]) -> None:
        self._frames, self._states = array("q"), array("b")
        self._boxes, self._scores = array("d"), array("d")
        for key in keys:
            self._frames.append(key.frame)
            self._boxes.extend(key.box)
            self._states.append(_NUMBERS[State(key.state)])
            # No score is a number that is no number.
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
        # Only NaN is not equal to itself.
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
        """Number of the last keyframe that is not after `frame`; -1 if there is none."""
        return bisect_right(self._frames, frame) - 1

    def at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`, None before the first and after the last."""
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
    """Why, by whom and when (UTC) something was decided, for the record; "" where it is not
    stated."""

    reason: str = ""
    by: str = ""
    at: str = ""


UNDECIDED: Final = Decided()


class Confirmed(Value, frozen=True):
    """A person's decision about a stretch of a track, made while looking at its pictures.

    Attributes:
        first, last: frames, both included.
        same: it is the one whom the decision is about; False: it is not.
        by: who said so, "" where they gave no name.
        at: when, UTC.
    """

    first: Natural
    last: Natural
    same: Annotated[bool, Meta(description="it is the one whom the decision is about")] = True
    by: str = ""
    at: UtcOrNone = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One object over time: keyframes in rising frame order, linear in between.

    The track covers every frame from its first to its last keyframe, both included. Keyframes may
    be given as any sequence and are kept as `Keyframes`.

    Attributes:
        action, reason, decided_by, decided_at: what was decided about the subject that it belongs
            to, why, by whom and when (UTC); see `redact.plan.Subject`, from which a plan fills
            them in. A track that says something and is of no subject yet becomes one.
        certainty: probability, by all that was seen of it, that it is what `target` says; None
            where no detector found it.
        confirmed: what a person said of stretches of it; of two about one frame, the later counts.
        shapes: of a person, in rising frame order, where they are known; each holds up to the next.
        key_pictures: how a person wants its mask, in rising frame order.
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
    first: int = field(init=False, repr=False, compare=False)
    last: int = field(init=False, repr=False, compare=False)
    _keys: Keyframes = field(init=False, repr=False, compare=False)

    @property
    def doubtful(self) -> bool:
        """Whether it is as likely something else; it is hidden all the same."""
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
            object.__setattr__(self, name, value)  # the way past `frozen`

    @property
    def score(self) -> float | None:
        """Highest detector score on the track, None if no detector saw it."""
        return max((k.score for k in self.keyframes if k.score is not None), default=None)

    @property
    def best(self) -> Keyframe:
        """Where it is seen best: most surely, else largest. By that picture it is chosen, on the
        page and in lists."""
        return max(self.keyframes, key=lambda k: (k.score or 0.0, k.box.area))

    def confirmed_at(self, frame: int) -> Confirmed | None:
        """The last decision of a person about a frame."""
        return next((c for c in reversed(self.confirmed) if c.first <= frame <= c.last), None)

    def at(self, frame: int) -> Keyframe | None:
        """Where its mask is at `frame`, None outside the track: where it was found or, if a person
        wanted it elsewhere, there."""
        found = self.found_at(frame)
        if not self.key_pictures or found is None:  # as of almost all, and asked for very often
            return found
        wanted = self.key_picture_at(frame)
        if wanted is None or wanted.sides == SIDES_AS_FOUND:
            return found
        # What was set for this very picture is where somebody saw it. Between two, nobody looked.
        alone = stands_alone(self.key_pictures, wanted)
        return found.but(box=wanted.box(found.box), state=State.MANUAL if alone else found.state)

    def key_picture_at(self, frame: int) -> KeyPicture | None:
        """How a person wants its mask at `frame`; None: as it was found."""
        return key_picture_at(self.key_pictures, frame) if self.key_pictures else None

    def found_at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`, None outside the track."""
        return self._keys.at(frame)

    def silhouette(self, here: Keyframe) -> Silhouette | None:
        """The part of its box that it takes up; None: all of it. Of a box that a person drew, or
        that is held over damage, no more than the box is known."""
        if here.state in (State.MANUAL, State.HELD):
            return None
        wanted = self.key_picture_at(here.frame)
        if wanted is not None and wanted.whole_box:
            return None
        return shape_at(self.shapes, here.frame)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place without a mask at which somebody may be visible: what was detected there was not
    believed.

    Attributes:
        frame: in which it was seen best.
        target: what it may be.
        box: upright source pixels.
        chance: probability that it is that, by all that was seen of it.
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
        target: decides the shape of the mask (`TargetSpec.outline`), unless `outline` does.
        box: upright source pixels, without margin; the mask contains all of it, or of its
            silhouette.
        state: how certain the box is; see `State`.
        silhouette: what of the box is hidden; None: all of it.
        spared: boxes of faces that are shown by decision and that the mask lies on: there it
            reaches no farther than its own box, without margin.
        opened: boxes of faces of the same subject that are shown by decision and surely there: in
            their ellipses the mask, a guess about the same person, hides nothing.
        outline: of the mask, where a person chose another one than that of its kind.
        margin: of this mask, share of its size; None: that of all.
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

    def moved(self, x: float, y: float) -> Region:
        """The same, moved to the right and down."""
        spared = tuple(box.moved(x, y) for box in self.spared)
        opened = tuple(box.moved(x, y) for box in self.opened)
        return replace(self, box=self.box.moved(x, y), spared=spared, opened=opened)

    def common(self, box: Box) -> float:
        """Square pixels of a box that it hides, margin apart."""
        if self.silhouette is None:
            return self.box.common(box)
        return self.silhouette.common(self.box, box)
