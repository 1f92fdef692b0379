"""One decoded frame, the presentation times of all frames of a video, runs of frames, and muted
spans of sound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from typing import TypeVar

import av

from .fields import Natural


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame, upright (display rotation and flip already applied to its planes).

    Attributes:
        index: position in presentation order, from 0.
        pts: the source's own timestamp, in units of `time_base`.
        time_base: the source stream's time base, in seconds.
        picture: upright decoded picture in the source's pixel format (planar YUV or grey,
            8 or 10 bit). Whoever writes into its planes makes it writable first, as the renderer
            does: the decoder may still need them.
        damaged: the decoder reported an error, concealed part of the picture, or predicted it
            from the wrong picture, so it may not show what the camera saw.
        broken: damaged by more than a missing reference picture or an error in a small part of it
            (`redact.media.damage.CONCEALED`).
        blocks: columns and rows of pixels that shared one chroma sample when the picture was
            stored; at least 2, because it may have been stored otherwise before.
    """

    index: int
    pts: int
    time_base: Fraction
    picture: av.VideoFrame
    damaged: bool = False
    broken: bool = False
    blocks: tuple[int, int] = (2, 2)

    @property
    def time(self) -> Fraction:
        """Presentation time in seconds."""
        return self.pts * self.time_base

    @property
    def seconds(self) -> float:
        """`time` as the nearest floating-point number, at a tenth of the cost."""
        return self.pts * self.time_base.numerator / self.time_base.denominator

    @property
    def size(self) -> tuple[int, int]:
        """Upright width and height in pixels."""
        return self.picture.width, self.picture.height


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
        """First frame shown at or after `seconds`; the last frame if there is none."""
        wanted = Fraction(seconds) / self.time_base
        return min(bisect_left(self.pts, wanted), len(self.pts) - 1)

    def to_runs(self) -> list[list[int]]:
        """Run-length coded steps: [[first], [step, count], …]; constant rate needs one pair."""
        if not self.pts:
            return []
        steps = (b - a for a, b in pairwise(self.pts))
        return [[self.pts[0]], *([step, len(list(run))] for step, run in groupby(steps))]

    @property
    def length(self) -> Fraction | None:
        """Playing time in seconds, the last frame counted as long as the one before it; None for
        a single frame."""
        if len(self) < 2:
            return None
        return 2 * self.time(-1) - self.time(-2) - self.time(0)

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


Runs = tuple[tuple[Natural, Natural], ...]
"""(first, last) frame of each run, both included, in rising order, with gaps between them."""


def runs_of(frames: Iterable[int]) -> Runs:
    """Runs of consecutive frames, from frames in any order, with or without duplicates."""
    found: list[tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if found and found[-1][1] == frame - 1:
            found[-1] = found[-1][0], frame
        else:
            found.append((frame, frame))
    return tuple(found)


def frames_in(runs: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The frames of all runs, one run after the other."""
    return (frame for first, last in runs for frame in range(first, last + 1))


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as ranges: "1, 3–7"."""
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs_of(numbers))


def joined(a: Runs, b: Runs) -> Runs:
    """Union of two sets of frames."""
    found: list[tuple[int, int]] = []
    for first, last in sorted((*a, *b)):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)


Place = TypeVar("Place", int, Fraction, float)


def joined_spans(
    spans: Iterable[tuple[Place, Place]], pause: Place | int = 0
) -> list[tuple[Place, Place]]:
    """Spans in order, those at most `pause` apart as one."""
    found: list[tuple[Place, Place]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + pause:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def count_of(runs: Runs) -> int:
    """Number of frames in all runs."""
    return sum(last - first + 1 for first, last in runs)


@dataclass(frozen=True, slots=True)
class Muted:
    """A span of sound that is replaced by silence or a tone.

    Attributes:
        start, end: seconds on the file's clock.
        how: "mute" or "tone".
    """

    start: Fraction
    end: Fraction
    how: str = "mute"
