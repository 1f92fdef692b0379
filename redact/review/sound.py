"""A source's sound for the page: samples, waveform, and where it begins and ends."""

from __future__ import annotations

import base64
import threading
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..media import SourceInfo, mixed_sound, mute_samples, read_sound
from ..plan import ALL_SOUND, Plan

RATE: Final = 24000
"""Samples per second that the page plays: enough to understand every word."""

PEAKS: Final = 20
"""Peaks of the waveform per second."""

MOST_PEAKS: Final = PEAKS * 86400
"""Peaks of one waveform: a day. A file may say of its sound that it lies years away, and the page
asks for all of them again and again."""

MOST_SOUND_SECONDS: Final = 30.0
"""Seconds of sound in one answer, at most."""


AT_AN_END: Final = 0.05
"""Seconds: a span that a person marks this close to the beginning or the end of all sound is
extended to it, because the rest is too short to be left on purpose."""


def sound_span(info: SourceInfo, plan: Plan) -> tuple[float, float]:
    """When the sound begins and ends, in seconds after the first picture, according to headers; if
    they do not say, like the pictures. It may begin before the first picture (below zero), and
    continue after the last one."""
    timeline = plan.source.timeline
    zero, (begins, ends) = timeline.time(0), info.sound
    if begins is None:
        begins = zero
    if ends is None:
        ends = zero + (timeline.length or 0)
        ends = max(ends, begins + info.duration) if info.duration is not None else ends
    return float(begins - zero), float(ends - zero)


def to_the_ends(start: float, end: float, sound: tuple[float, float]) -> tuple[float, float]:
    """A span that a person marked, extended where it almost reaches an end of the sound.

    Args:
        start, end: seconds after the first picture.
        sound: see `sound_span`.
    """
    if start <= sound[0] + AT_AN_END:
        start = 0.0 if end > 0 else min(start, sound[0] - AT_AN_END)
    return start, float(ALL_SOUND) if end >= sound[1] - AT_AN_END else end


def heard(info: SourceInfo, plan: Plan, start: float, end: float, muted: bool) -> bytes:
    """All tracks together as 16-bit mono samples, little-endian, `RATE` per second, with silence
    where there is no sound.

    Args:
        start, end: seconds after the first picture, negative before it; at most
            `MOST_SOUND_SECONDS` apart.
        muted: as in the output; otherwise as in the source.
    """
    zero = plan.source.timeline.time(0)
    first = Fraction(start).limit_denominator(10**6) + zero
    count = round(min(max(end - start, 0.0), MOST_SOUND_SECONDS) * RATE)
    out = mixed_sound(info, RATE, first, count)
    if muted:
        mute_samples(out[None], first, RATE, plan.muted_on_clock())
    return np.asarray(np.clip(out, -1, 1) * 32767, "<i2").tobytes()


class Waveform:
    """The loudest sample of any track in every 1/20 s, computed in the background."""

    def __init__(self, info: SourceInfo, plan: Plan) -> None:
        self._info = info
        begins, ends = sound_span(info, plan)
        self._from = min(0.0, begins)
        self._begin = plan.source.timeline.time(0) + Fraction(self._from)
        seconds = max(ends, plan.seconds(len(plan.source.timeline) - 1)) - self._from + 1
        self._peaks = np.zeros(min(int(seconds * PEAKS) + 1, MOST_PEAKS), np.uint8)
        self._done = False
        self._lock = threading.Lock()
        self._started = False

    def state(self) -> dict[str, Any]:
        """What is known so far; the first call starts the work. The first peak is `from` seconds
        after the first picture, negative if the sound begins before it."""
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._work, daemon=True).start()
        peaks = base64.b64encode(self._peaks.tobytes()).decode()
        return {"done": self._done, "from": self._from, "per_second": PEAKS, "peaks": peaks}

    def _work(self) -> None:
        try:
            for audio in self._info.audio:
                for time, samples in read_sound(self._info, audio.index, RATE):
                    self._take(float(time - self._begin), samples)
        finally:
            self._done = True

    def _take(self, begin: float, samples: NDArray[np.float32]) -> None:
        slots = np.floor((begin + np.arange(len(samples)) / RATE) * PEAKS).astype(np.intp)
        slots = slots[slots < MOST_PEAKS]
        if len(slots) and slots[-1] >= len(self._peaks):  # longer than the headers say
            more = min(slots[-1] + PEAKS, MOST_PEAKS) - len(self._peaks)
            self._peaks = np.concatenate([self._peaks, np.zeros(more, np.uint8)])
        slots = np.maximum(slots, 0)
        loud = np.minimum(np.abs(samples[: len(slots)]) * 255, 255).astype(np.uint8)
        np.maximum.at(self._peaks, slots, loud)
