"""Mutes spans of sound, with silence or a tone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Muted

HERTZ: Final = 1000
"""Frequency of the tone that replaces sound."""

TONE_AMPLITUDE: Final = 0.1
"""Amplitude of that tone, where 1 is full scale: audible, but no shock."""

AudioSamples = NDArray[np.float32]


def mute_samples(samples: AudioSamples, time: Fraction, rate: int, spans: Sequence[Muted]) -> None:
    """Overwrite spans of samples in place with silence or a tone; nothing of them remains.

    Args:
        samples: float32 [channels, n], from -1 to 1.
        time: of the first sample, in seconds.
        rate: samples per second.
        spans: samples into which either end falls are overwritten too.
    """
    count = samples.shape[1]
    for span in spans:
        first = max(0, (span.start - time) * rate // 1)
        last = min(count, -((time - span.end) * rate // 1))
        if last <= first:
            continue
        samples[:, first:last] = 0
        if span.how == "tone":
            ticks = np.arange(first, last) / rate + float(time % 1)
            samples[:, first:last] = TONE_AMPLITUDE * np.sin(2 * np.pi * HERTZ * ticks)
