"""The sound of a source for the page: what is heard, its waveform, and what takes its place."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..media import SourceInfo, quietly, read_sound
from ..plan import Plan

RATE: Final = 24000
"""Samples a second of what the page plays: enough to understand every word."""

PEAKS: Final = 20
"""Of the waveform, a second."""

MOST: Final = 30.0
"""Seconds that are given at once."""


def heard(info: SourceInfo, plan: Plan, start: float, end: float, muted: bool) -> bytes:
    """Sound as 16-bit mono samples, little-endian, `RATE` a second, silence where there is none.

    Args:
        start, end: seconds after the first picture, at most `MOST` apart.
        muted: as the output will sound; else as the source does.
    """
    zero = plan.source.timeline.time(0)
    first = Fraction(max(0.0, start)).limit_denominator(10**6) + zero
    count = round(min(max(end - max(0.0, start), 0.0), MOST) * RATE)
    out = np.zeros(count, np.float32)
    for time, samples in _mono(info, first):
        at = round((time - first) * RATE)
        if at >= count:
            break
        a, b = max(0, at), min(count, at + len(samples))
        if b > a:
            out[a:b] = samples[a - at : b - at]
    if muted:
        quietly(out[None], first, RATE, plan.silenced())
    return np.asarray(np.clip(out, -1, 1) * 32767, "<i2").tobytes()


def _mono(info: SourceInfo, start: Fraction) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
    if info.audio:
        yield from read_sound(info.path, info.audio[0].index, RATE, start)


class Waveform:
    """Loudest sample of every twentieth of a second, worked out in the background."""

    def __init__(self, info: SourceInfo, plan: Plan) -> None:
        self._info = info
        self._zero = plan.source.timeline.time(0)
        seconds = plan.seconds(len(plan.source.timeline) - 1) + 1
        self._peaks = np.zeros(int(seconds * PEAKS) + 1, np.uint8)
        self._done = False
        self._lock = threading.Lock()
        self._started = False

    def state(self) -> dict[str, Any]:
        """What is known; the first call starts the work."""
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._work, daemon=True).start()
        peaks = base64.b64encode(self._peaks.tobytes()).decode()
        return {"done": self._done, "per_second": PEAKS, "peaks": peaks}

    def _work(self) -> None:
        try:
            for time, samples in _mono(self._info, self._zero):
                places = (float(time - self._zero) + np.arange(len(samples)) / RATE) * PEAKS
                slots: NDArray[np.intp] = places.astype(np.intp)
                inside = (slots >= 0) & (slots < len(self._peaks))
                loud = np.minimum(np.abs(samples) * 255, 255).astype(np.uint8)
                np.maximum.at(self._peaks, slots[inside], loud[inside])
        finally:
            self._done = True
