"""Is the sound that a plan takes out really gone from the finished file?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import RedactError
from ..media import SourceInfo, read_sound
from ..messages import Message
from ..types import Silenced
from .limits import LIMITS, Limits
from .result import Check

NAME: Final = "muted_sound"

RATE: Final = 8000
"""Samples a second that are listened to. Meaning: all of speech."""


def check_sound(
    output: Path, finished: SourceInfo, spans: Sequence[Silenced], limits: Limits = LIMITS
) -> list[Check]:
    """One check where anything was to be taken out of the sound, else none.

    Args:
        output: the finished file.
        finished: as it was probed.
        spans: on its clock.
    """
    if not spans or not finished.audio:
        return []
    worst, where = 0.0, spans[0]
    try:
        for audio in finished.audio:
            for span in spans:
                left = _left(output, audio.index, span, limits.smear)
                limit = limits.tone_left if span.how == "tone" else limits.quiet
                if left / limit > worst:
                    worst, where = left / limit, span
    except RedactError:
        return [Check(NAME, False, (Message("sound_unreadable"),))]
    if worst > 1:
        return [Check(NAME, False, (Message("sound_left", seconds=float(where.start)),))]
    return [Check(NAME, True, (Message("sound_taken_out", count=len(spans)),))]


def _left(path: Path, stream: int, span: Silenced, smear: float) -> float:
    """Largest sample of a span, without the tone that replaces it."""
    first, last = float(span.start) + smear, float(span.end) - smear
    loudest = 0.0
    for time, samples in read_sound(path, stream, RATE, span.start):
        begin = float(time)
        if begin > last:
            break
        inside = samples[
            max(0, round((first - begin) * RATE)) : max(0, round((last - begin) * RATE))
        ]
        if len(inside):
            rest = _without_tone(inside) if span.how == "tone" else inside
            loudest = max(loudest, float(np.abs(rest).max()))
    return loudest


def _without_tone(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """What is left once the best fitting tone of 1 kHz is taken off."""
    if len(samples) < RATE // 100:
        return np.zeros(1)
    angle = 2 * np.pi * 1000 / RATE * np.arange(len(samples))
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    fit, *_ = np.linalg.lstsq(waves, samples.astype(np.float64), rcond=None)
    return np.asarray(samples - waves @ fit, np.float64)
