"""The presentation times of all frames of a video."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby, pairwise


@dataclass(frozen=True, slots=True)
class Timeline:
    """PTS of every frame in presentation order, in units of `time_base` seconds."""

    time_base: Fraction
    pts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.pts)

    def time(self, frame: int) -> Fraction:
        """Presentation time of a frame in seconds since the stream's zero."""
        return self.pts[frame] * self.time_base

    def frame_at(self, seconds: Fraction | float) -> int:
        """First frame shown at or after `seconds`; the last frame where there is none."""
        wanted = Fraction(seconds) / self.time_base
        return min(bisect_left(self.pts, wanted), len(self.pts) - 1)

    def to_runs(self) -> list[list[int]]:
        """Run-length coded steps: [[first], [step, count], …]; constant rate needs one pair."""
        if not self.pts:
            return []
        steps = (b - a for a, b in pairwise(self.pts))
        return [[self.pts[0]], *([step, len(list(run))] for step, run in groupby(steps))]

    @classmethod
    def from_runs(cls, time_base: Fraction, runs: Iterable[list[int]]) -> Timeline:
        """Inverse of `to_runs`. Raises ValueError for malformed runs."""
        runs = list(runs)
        if not runs:
            return cls(time_base, ())
        if len(runs[0]) != 1 or any(len(r) != 2 or r[1] < 1 for r in runs[1:]):
            raise ValueError("runs must be [[first], [step, count], …] with counts of 1 or more")
        steps = [runs[0][0], *(step for step, count in runs[1:] for _ in range(count))]
        return cls(time_base, tuple(accumulate(steps)))
