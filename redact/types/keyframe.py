"""Where an object is in some of its frames, and many such places in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from .box import Box
from .target import State

_STATES = tuple(State)
_NUMBERS = {state: n for n, state in enumerate(_STATES)}


@dataclass(frozen=True, slots=True)
class Keyframe:
    """Where a track is in one frame.

    Attributes:
        frame: frame index (`Frame.index`).
        box: upright source pixels, without the margin that the renderer adds.
        state: holds for this frame and all frames up to the next keyframe.
        score: detector score where the state is detected, else None.
    """

    frame: int
    box: Box
    state: State
    score: float | None = None


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
