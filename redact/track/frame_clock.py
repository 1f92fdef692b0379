"""The clock of search and audit: that of the file, but no faster than pictures can come.

A file may say that 250 pictures last five milliseconds. By its times alone the first and the last
of them would be scanned, and nobody in between would be tracked.
"""

from __future__ import annotations

from typing import Final

DENSEST: Final = 1 / 64
"""Seconds that a picture lasts at least: a little less than at 60 pictures a second, the
most that cameras make as a rule; of slow motion more pictures are scanned, as its motion is slow.
So `TrackSettings.scan_every` is ten pictures at most, and `Limits.scan_every` 26."""


class FrameClock:
    """Tells the time of frames, in their order."""

    def __init__(self) -> None:
        self._last: float | None = None

    def at(self, seconds: float) -> float:
        """Seconds on this clock, where the file says `seconds`; it runs ahead of the file's only
        while pictures come more densely than `DENSEST`."""
        if self._last is not None:
            seconds = max(seconds, self._last + DENSEST)
        self._last = seconds
        return seconds
