"""What detectors and the pixel tracker found of a track, computed once for everything that needs
it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..types import Keyframe, State, Track


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """Summary of one track.

    Attributes:
        score: highest score of a detector; None if none detected it.
        keys: how many keyframes there are.
        best: frame in which it is seen best: with the highest score, or else the largest.
        detected: keyframes in which a detector detected it.
    """

    score: float | None
    keys: int
    best: int
    detected: int


class TrackSummaries:
    """Summaries by the keyframes' identity: a decision makes a new track of the old keyframes."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Sequence[Keyframe], TrackSummary]] = {}

    def of(self, track: Track) -> TrackSummary:
        known = self._made.get(id(track.keyframes))
        if known is None:
            # The keyframes are kept alive: Python may reuse the id of an object that is gone.
            known = self._made[id(track.keyframes)] = (track.keyframes, _summary(track))
        return known[1]

    def best(self, tracks: Sequence[Track]) -> tuple[int, int]:
        """Track and frame where a subject of these tracks is seen best."""
        known = {track.id: self.of(track) for track in tracks}
        best = max(known, key=lambda n: (known[n].score or 0.0, known[n].keys))
        return best, known[best].best

    def forget_all_but(self, tracks: Sequence[Track]) -> None:
        """Drop the summaries of all other tracks."""
        wanted = {id(track.keyframes) for track in tracks}
        if len(self._made) > 2 * len(wanted):
            self._made = {key: self._made[key] for key in wanted if key in self._made}


def _summary(track: Track) -> TrackSummary:
    keys = tuple(track.keyframes)
    scores = [key.score for key in keys if key.score is not None]
    best = max(keys, key=lambda k: (k.score or 0.0, k.box.area))
    detected = sum(key.state is State.DETECTED for key in keys)
    return TrackSummary(max(scores, default=None), len(keys), best.frame, detected)
