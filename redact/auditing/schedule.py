"""Which frames are looked at whole, and where a hidden subject is searched for in its pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from ..plan import Plan
from ..settings import Sensitivity
from ..types import Action, Box, State, Track
from .limits import Limits


class Schedule:
    """Decides for every frame, in order, whether detectors look at all of it.

    Args:
        sensitivity: sets how often.
        plan: its risky moments are looked at besides, as far as `Limits.risky_looks` goes.
        limits: see `Limits`.
    """

    def __init__(self, sensitivity: Sensitivity, plan: Plan | None, limits: Limits) -> None:
        self._every = limits.look_seconds(sensitivity)
        self._risky = frozenset[int]() if plan is None else risky_frames(plan, limits)
        self._rate = limits.risky_looks
        self._left = 2 * limits.risky_looks
        self._last: float | None = None
        self._time = 0.0

    def wants(self, index: int, time: float, sure: bool, asked: bool) -> bool:
        """Whether a frame is looked at; ask once a frame.

        Args:
            index: of the source frame.
            time: seconds, of the clock of the tracker.
            sure: it must be: it is damaged, or the clip's last.
            asked: somebody who is followed asks for it; counts as a risky moment.
        """
        passed = max(0.0, time - self._time) if self._last is not None else 0.0
        self._left = min(self._left + self._rate * passed, 2 * self._rate)
        self._time = time
        # To the millisecond: sums of frame times are not exact.
        due = self._last is None or round(time - self._last, 3) >= self._every
        if due or sure:
            self._last = time
            return True
        # Who is followed leaves some of them for the plan's own moments.
        if self._left >= (1 if index in self._risky else 1 + self._rate if asked else inf):
            self._left -= 1
            return True
        return False


def risky_frames(plan: Plan, limits: Limits) -> frozenset[int]:
    """Where detection and tracking err most: just before and after a hidden track's life, in the
    middle of a stretch of it in which nobody saw it, and around cuts and damaged frames."""
    frames = {f for cut in plan.cuts for f in (cut - 1, cut)}
    frames |= {f for bad in plan.unchecked for f in (bad - 1, bad, bad + 1)}
    line = plan.source.timeline
    for track in plan.tracks:
        frames |= {track.first - 1, track.last + 1}
        detected = (k.frame for k in track.keyframes if k.state is State.DETECTED)
        seen = [frame for frame in detected if frame < len(line)]
        frames |= {
            (a + b) // 2
            for a, b in pairwise(seen)
            if line.time(b) - line.time(a) > limits.look_every and not _seen(track, (a + b) // 2)
        }
    return frozenset(f for f in frames if 0 <= f < len(line))


def _seen(track: Track, frame: int) -> bool:
    here = track.at(frame)
    return here is not None and here.state in (State.DETECTED, State.MANUAL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hidden track's subject would be, just before its first frame or after its last."""

    track: int
    box: Box


def edges(tracks: Iterable[Track], cuts: Iterable[int], reach: int) -> dict[int, list[Place]]:
    """Frames just before and after tracks → where their subjects would be then.

    Stops at cuts, where there is no "just before".

    Args:
        reach: frames before the first and after the last.
    """
    cut = sorted(cuts)
    found: dict[int, list[Place]] = defaultdict(list)
    for track in tracks:
        if track.action is not Action.REDACT:
            continue
        low = max([c for c in cut if c <= track.first], default=0)
        end = track.last + 1 + reach
        high = min([c for c in cut if c > track.last], default=end)
        for frame in range(max(low, track.first - reach), track.first):
            found[frame].append(Place(track.id, track.keyframes[0].box))
        for frame in range(track.last + 1, min(high, end)):
            found[frame].append(Place(track.id, track.keyframes[-1].box))
    return found
