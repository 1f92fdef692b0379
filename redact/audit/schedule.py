"""Which frames are looked at, and where around each track."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..plan import Plan
from ..settings import Sensitivity
from ..types import Action, Box, State, Track
from .limits import EDGE_REACH, FINE_EVERY_SECONDS, LOOK_EVERY

_UNSURE = (State.FOLLOWED, State.INTERPOLATED, State.HELD)


class Rhythm:
    """Decides for every frame whether detectors look at all of it.

    Args:
        sensitivity: sets the rhythm, see `limits`.
        risky: frames that are looked at in any case: cuts, damaged frames.
    """

    def __init__(self, sensitivity: Sensitivity, risky: Iterable[int]) -> None:
        self._every = LOOK_EVERY[sensitivity]
        self._fine_every = FINE_EVERY_SECONDS[sensitivity]
        self._risky = frozenset(risky)
        self._next_fine: Fraction | None = None

    def whole(self, index: int, damaged: bool) -> bool:
        return damaged or index % self._every == 0 or index in self._risky

    def fine(self, time: Fraction) -> bool:
        """Whether a frame that is looked at is looked at finely; ask once a frame."""
        if self._next_fine is not None and time < self._next_fine:
            return False
        self._next_fine = time + Fraction(self._fine_every)
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look closely: where a track's subject is, or would be."""

    track: Track
    box: Box


def edges(tracks: Iterable[Track], cuts: Iterable[int]) -> dict[int, list[Place]]:
    """Frames just before and after tracks → where their subjects would be then.

    Stops at cuts, where there is no "just before".
    """
    cut = sorted(cuts)
    found: dict[int, list[Place]] = defaultdict(list)
    for track in tracks:
        if track.action is Action.KEEP:
            continue
        before, after = track.first - 1, track.last + 1
        low = max([c for c in cut if c <= track.first], default=0)
        high = min([c for c in cut if c > track.last], default=1 << 62)
        for frame in range(max(low, before - EDGE_REACH + 1), before + 1):
            found[frame].append(Place(track, track.keyframes[0].box))
        for frame in range(after, min(high, after + EDGE_REACH)):
            found[frame].append(Place(track, track.keyframes[-1].box))
    return found


def fits(plan: Plan, index: int, every: int) -> list[Place]:
    """Hidden subjects whose mask is compared with the source in this frame.

    Sure tracks in the rhythm of whole looks, half-way between them; followed, interpolated and
    held ones every other frame.
    """
    found = []
    for track in plan.tracks:
        here = track.at(index)
        if here is None or plan.shows(track, index):
            continue
        step = min(every, 2) if here.state in _UNSURE else every
        if index % step == step // 2:
            found.append(Place(track, here.box))
    return found
