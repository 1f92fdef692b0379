"""Determines the time of each decoded picture, even if the file states none."""

from __future__ import annotations

from fractions import Fraction
from heapq import heappop, heappush

from ..errors import InputError
from ..formats.containers import read_as
from ..types import clock
from ..words import problem
from .info import SourceInfo

MAX_BACKWARD = Fraction(1, 2)
"""Seconds by which a time may run backwards and still count as a small error of one frame. More is
a jump of the clock, as in joined recordings, which have no single timeline."""


class FrameTimes:
    """Gives each frame a strictly ascending PTS in units of `info.video.time_base`.

    A frame gets its own PTS if the source states one, else its decoding time. AVI states only the
    decoding times of packets: frames leave the decoder in presentation order, so the next frame
    gets the earliest time still unused. Frames of a raw elementary stream, which has no times, are
    numbered. A frame at or before its predecessor moves to one unit after it, because no container
    can store two pictures with the same time.

    Attributes:
        moved: number of frames that got a time other than their own.
    """

    def __init__(self, info: SourceInfo) -> None:
        self._path = info.path
        self._video = info.video
        self._last: int | None = None
        self._index = -1
        self._unordered = read_as(info.container).unordered
        self._waiting: list[int] = []
        self.moved = 0

    def packet(self, pts: int | None) -> None:
        """Take the time of a packet that goes to the decoder."""
        if self._unordered and pts is not None:
            heappush(self._waiting, pts)

    def next_pts(self, pts: int | None, dts: int | None, duration: int, key: bool) -> int:
        """PTS of the next frame in presentation order.

        Args:
            pts, dts, duration: of the decoded frame.
            key: whether the frame refers to no other; then its own time is reliable.

        Raises:
            InputError: the timestamps of the file jump backwards.
        """
        self._index += 1
        if not self._video.timestamps:
            return self._index
        own = pts if pts is not None else dts
        if self._waiting:
            own = self._earliest(own, key)
        last = self._last
        if own is None:
            own = self._next(last, duration)
            self.moved += 1
        elif last is not None and own <= last:
            if (last - own) * self._video.time_base > MAX_BACKWARD:
                self._refuse(own, last)
            own = last + 1
            self.moved += 1
        self._last = own
        return own

    def _earliest(self, own: int | None, key: bool) -> int:
        if key and own is not None:
            # Later frames must not get the times of packets that gave no picture.
            while len(self._waiting) > 1 and self._waiting[0] < own:
                heappop(self._waiting)
        return heappop(self._waiting)

    def _next(self, last: int | None, duration: int) -> int:
        if last is None:
            return 0
        if duration > 0:
            return last + duration
        rate = self._video.rate
        return last + (max(1, round(1 / rate / self._video.time_base)) if rate else 1)

    def _refuse(self, own: int, last: int) -> None:
        base = self._video.time_base
        raise problem(
            InputError,
            "clock_jumps",
            path=self._path,
            last=clock(float(last * base)),
            own=clock(float(own * base)),
            index=self._index,
        )
