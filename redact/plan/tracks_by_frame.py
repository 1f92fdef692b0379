"""Which tracks are near a frame, found without a look at each of them: an hour of a crowd has
tens of thousands, of which a few are in view, and every frame is asked about several times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Final, Generic, TypeVar

from ..types import Body, Track

Lasting = TypeVar("Lasting", Track, Body)

_SMALLEST: Final = 6
"""Blocks have 64 frames at least, two seconds: few tracks are in view for less. It decides cost
alone."""

_BLOCK_POWER: Final = 3
"""A track lies in 9 blocks (2 to this power, and one) at most, however long it is. It decides
cost alone."""


class TracksByFrame(Generic[Lasting]):
    """Tracks that are there some frames before or after a frame, or in it.

    Blocks have 64, 128, 256, … frames. A track is put into all blocks of one size in which it, with
    what lies around it, has frames; of that size of which it fills few. So memory grows with the
    number of tracks and not with their length, and little is looked at that is not near. It is made
    when it is first asked: most plans are only changed.

    Args:
        tracks: or bodies, in the order in which they are told.
        reach: frames before the first and after the last one of a track that are near it.
    """

    def __init__(self, tracks: Sequence[Lasting], reach: int) -> None:
        self._tracks: Sequence[Lasting] = tracks
        self._reach = reach

    def tracks_near(self, frame: int) -> list[Lasting]:
        """The tracks that are near a frame, in their order."""
        numbers: list[int] = []
        for size, blocks in self._sizes:
            numbers += blocks.get(frame >> size, ())
        numbers.sort()
        tracks, latest, earliest = self._tracks, frame + self._reach, frame - self._reach
        return [
            track
            for number in numbers
            if (track := tracks[number]).first <= latest and track.last >= earliest
        ]

    @cached_property
    def _sizes(self) -> tuple[tuple[int, dict[int, list[int]]], ...]:
        """Binary logarithm of a size of blocks → number of the block → places of tracks."""
        sizes: dict[int, dict[int, list[int]]] = {}
        for place, track in enumerate(self._tracks):
            first, last = track.first - self._reach, track.last + self._reach
            size = max(_SMALLEST, (last - first).bit_length() - _BLOCK_POWER)
            blocks = sizes.setdefault(size, defaultdict(list))
            for block in range(first >> size, (last >> size) + 1):
                blocks[block].append(place)
        return tuple(sizes.items())
