"""Are the stretches that were copied really the recording, bit for bit?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from ..media import Copied, SourceInfo, plane_array, stretches_of
from ..types import Timeline, clock
from ..words import Message
from .compared import Pair
from .result import Check

COPIED: Final = "copied"
"""Name of the check."""


class CopiedPictures:
    """Takes both pictures, frame by frame in order, and counts those that differ.

    Args:
        copied: stretches that are on record as copied, rising.
    """

    def __init__(self, copied: Sequence[Copied]) -> None:
        self._copied = copied
        self._index = 0
        self._differing: list[int] = []

    def see(self, pair: Pair) -> None:
        copied = self._copied
        while self._index < len(copied) and copied[self._index].last < pair.index:
            self._index += 1
        if self._index == len(copied) or pair.index < copied[self._index].first:
            return
        if pair.source is None or pair.output is None or not _same(pair):
            self._differing.append(pair.index)

    def check(self, source: SourceInfo, output: SourceInfo, times: Timeline) -> Check:
        """Also by what is stored: the slices of both files are those on record.

        Args:
            source, output: both files.
            times: of the frames of the source.
        """
        stored = [
            {s.pts[0] * info.video.time_base: s.sha256 for s in stretches_of(info)}
            for info in (source, output)
        ]
        same = Fraction(0)
        changed = list(self._differing)
        for stretch in self._copied:
            begin = times.time(stretch.first)
            if any(found.get(begin) != stretch.sha256 for found in stored):
                changed.append(stretch.first)
                continue
            following = min(stretch.last + 1, len(times) - 1)
            same += times.time(following) - begin
        whole = times.time(len(times) - 1) - times.time(0)
        if changed:
            places = ", ".join(clock(float(times.time(n)), 1) for n in sorted(set(changed))[:5])
            told = Message("copies_differ", count=len(set(changed)), list=places)
        else:
            told = Message("copies_hold", same=clock(float(same)), whole=clock(float(whole)))
        return Check(COPIED, not changed, (told,))


def _same(pair: Pair) -> bool:
    """Whether all samples of both pictures are equal."""
    assert pair.source is not None and pair.output is not None
    one, other = pair.source.picture, pair.output.picture
    return one.format.name == other.format.name and all(
        np.array_equal(plane_array(one, index), plane_array(other, index))
        for index in range(len(one.planes))
    )
