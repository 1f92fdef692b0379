"""One object followed through the clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import lt

from .keyframe import Keyframe, Keyframes
from .target import Action, Origin, Target


@dataclass(frozen=True, slots=True)
class Track:
    """One object over time: keyframes in rising frame order, linear in between.

    The track covers every frame from its first to its last keyframe, both included. Keyframes may
    be given as any sequence and are kept as `Keyframes`.

    Attributes:
        certainty: probability, by all that was seen of it, that it is what `target` says; None
            where no detector found it.
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
    first: int = field(init=False, repr=False, compare=False)
    last: int = field(init=False, repr=False, compare=False)
    _keys: Keyframes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.keyframes:
            raise ValueError(f"track {self.id} has no keyframe")
        keys = self.keyframes
        if not isinstance(keys, Keyframes):
            keys = Keyframes(keys)
        if not all(map(lt, keys.frames, keys.frames[1:])):
            raise ValueError(f"track {self.id}: keyframes must rise strictly in frame order")
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

    def at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`, None outside the track."""
        if not self.first <= frame <= self.last:
            return None
        i = self._keys.last_up_to(frame)
        here = self._keys[i]
        if here.frame == frame:
            return here
        after = self._keys[i + 1]
        t = (frame - here.frame) / (after.frame - here.frame)
        return Keyframe(frame, here.box.lerp(after.box, t), here.state, here.score)
