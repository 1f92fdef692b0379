"""The clock of search and audit: the file's, but with a minimum time between pictures.

A file may say that 250 pictures last five milliseconds. By its times alone, only the first and the
last of them would be scanned, and nobody in between would be tracked.
"""

from __future__ import annotations

from typing import Final

DENSEST: Final = 1 / 64
"""Seconds that a picture lasts at least: a little less than at 60 pictures per second, the usual
maximum of cameras; denser pictures, as in slow motion, are scanned more often in a second of the
file. So `TrackSettings.scan_every` is ten pictures at most, and `Limits.scan_every` 26."""


class FrameClock:
    """Tells the time of frames, in their order."""

    def __init__(self) -> None:
        self._last: float | None = None

    def at(self, seconds: float) -> float:
        """Seconds on this clock when the file says `seconds`; it runs ahead of the file's clock
        only while pictures come more densely than `DENSEST`."""
        if self._last is not None:
            seconds = max(seconds, self._last + DENSEST)
        self._last = seconds
        return seconds
