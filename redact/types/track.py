"""One object followed through the clip."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from .box import Box
from .target import Action, Origin, State, Target


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


@dataclass(frozen=True, slots=True)
class Track:
    """One object over time: keyframes in rising frame order, linear in between.

    The track covers every frame from its first to its last keyframe, both included.

    Raises:
        ValueError: if there is no keyframe or frames do not rise strictly.
    """

    id: int
    target: Target
    keyframes: tuple[Keyframe, ...]
    action: Action = Action.REDACT
    origin: Origin = Origin.AUTO
    reason: str = ""
    decided_by: str = ""

    def __post_init__(self) -> None:
        if not self.keyframes:
            raise ValueError(f"track {self.id} has no keyframe")
        frames = [k.frame for k in self.keyframes]
        if any(b <= a for a, b in pairwise(frames)):
            raise ValueError(f"track {self.id}: keyframes must rise strictly in frame order")

    @property
    def first(self) -> int:
        return self.keyframes[0].frame

    @property
    def last(self) -> int:
        return self.keyframes[-1].frame

    @property
    def score(self) -> float | None:
        """Highest detector score on the track, None if no detector saw it."""
        return max((k.score for k in self.keyframes if k.score is not None), default=None)

    def at(self, frame: int) -> Keyframe | None:
        """Interpolated keyframe at `frame`, None outside the track."""
        if not self.first <= frame <= self.last:
            return None
        i = bisect_right(self.keyframes, frame, key=lambda k: k.frame) - 1
        here = self.keyframes[i]
        if here.frame == frame:
            return here
        after = self.keyframes[i + 1]
        t = (frame - here.frame) / (after.frame - here.frame)
        return Keyframe(frame, here.box.lerp(after.box, t), here.state, here.score)
