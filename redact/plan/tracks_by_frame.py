"""Finds the tracks near a frame without testing each of them: an hour of a crowd has tens of
thousands, of which a few are in view, and callers ask several times for each frame.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Final, Generic, TypeVar

from ..types import Body, Track

Lasting = TypeVar("Lasting", Track, Body)

_SMALLEST: Final = 6
"""Log2 of the smallest block, 64 frames or two seconds: few tracks are shorter. It decides cost
alone."""

_BLOCK_POWER: Final = 3
"""A track is in at most 2 to this power + 1 blocks, however long it is. It decides cost alone."""


class TracksByFrame(Generic[Lasting]):
    """An index of tracks, or bodies, by frame.

    It divides the clip into blocks of 64, 128, 256, … frames. Each track is listed in all blocks of
    one size that it touches; the size is such that there are few. So memory grows with the number
    of tracks, not with their length, and few tracks are tested in vain. The index is built on first
    use, because most plans are changed again before that.

    Args:
        tracks: tracks or bodies, in the order in which they are returned.
        reach: number of frames before and after a track that count as near it.
    """

    def __init__(self, tracks: Sequence[Lasting], reach: int) -> None:
        self._tracks: Sequence[Lasting] = tracks
        self._reach = reach

    def tracks_near(self, frame: int) -> list[Lasting]:
        """The tracks near a frame, in their order."""
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
        """Log2 of a block size → number of the block → indices of tracks."""
        sizes: dict[int, dict[int, list[int]]] = {}
        for place, track in enumerate(self._tracks):
            first, last = track.first - self._reach, track.last + self._reach
            size = max(_SMALLEST, (last - first).bit_length() - _BLOCK_POWER)
            blocks = sizes.setdefault(size, defaultdict(list))
            for block in range(first >> size, (last >> size) + 1):
                blocks[block].append(place)
        return tuple(sizes.items())
