"""Checks that muted sound is gone: decodes the finished file, and measures every channel of every
track in every muted span.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import RedactError
from ..media import HERTZ, TONE_AMPLITUDE, SourceInfo, read_channels
from ..types import Muted, clock
from ..words import Message
from .result import Check

CHECK_NAME: Final = "muted_sound"

PERIODS: Final = 10
"""Fewest periods of the bleep from which its level can be determined, by arithmetic."""


SILENCE: Final = 0.01
"""Largest sample in a muted span, where 1 is full scale: -40 dB."""

TONE_LEFT: Final = 0.05
"""Largest sample in a muted span after a bleep is subtracted, and largest error of the bleep's
amplitude: -26 dB."""

CODEC_SMEAR: Final = 0.03
"""Seconds at either end of a muted span that are not checked, because codecs smear sound into it.
Beside the loudest noise, AAC at 8 to 48 kHz was silent after 30 ms, and Opus below -45 dB."""


def check_sound(
    finished: SourceInfo,
    spans: Sequence[Muted],
    zero: Fraction = Fraction(0),
) -> list[Check]:
    """A check that spans of the sound are muted; none if there is no sound in them.

    Args:
        finished: of the finished file.
        spans: on its clock.
        zero: time of the first picture, from which messages count.
    """
    there: set[int] = set()
    try:
        for audio in finished.audio if spans else ():
            left = _first_left(finished, audio.index, spans, there)
            if left is not None:
                at = clock(float(left - zero), 2)
                return [Check(CHECK_NAME, False, (Message("sound_left", at=at),))]
    except RedactError:
        return [Check(CHECK_NAME, False, (Message("sound_unreadable"),))]
    return (
        [Check(CHECK_NAME, True, (Message("sound_taken_out", count=len(there)),))] if there else []
    )


def _first_left(
    finished: SourceInfo, stream: int, spans: Sequence[Muted], there: set[int]
) -> Fraction | None:
    """Time, in seconds, at which a track first has sound that should be muted; None if never.

    Args:
        finished, spans: as above.
        stream: index of the track's stream.
        there: receives the indices of the spans in which the track has samples.
    """
    pieces = _disjoint(spans)
    for time, rate, samples in read_channels(finished, stream, pieces[0].start):
        if time >= pieces[-1].end:
            break
        over = time + Fraction(samples.shape[1], rate)
        there |= {n for n, span in enumerate(spans) if span.start < over and span.end > time}
        for span in pieces:
            if span.start >= over or span.end <= time:
                continue
            smear = min(Fraction(CODEC_SMEAR), (span.end - span.start) / 3)
            first = max(0, round((span.start + smear - time) * rate))
            last = min(samples.shape[1], round((span.end - smear - time) * rate))
            if first < last and _holds_more(samples[:, first:last], rate, span.how):
                return time + Fraction(first, rate)
    return None


def _disjoint(spans: Sequence[Muted]) -> list[Muted]:
    """The spans in order and without overlaps. Where two overlap, the later one counts, as when
    they are muted; adjoining spans of one kind are joined."""
    found: list[Muted] = []
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    for start, end in pairwise(edges):
        over = [span.how for span in spans if span.start <= start and end <= span.end]
        if over and found and found[-1].end == start and found[-1].how == over[-1]:
            found[-1] = Muted(found[-1].start, end, over[-1])
        elif over:
            found.append(Muted(start, end, over[-1]))
    return found


def _holds_more(samples: NDArray[np.float32], rate: int, how: str) -> bool:
    """Whether samples, float32 [channels, n], contain anything but silence or the bleep."""
    if not np.isfinite(samples).all():
        return True  # neither, and no comparison with it would be true
    if how != "tone":
        return bool(np.abs(samples).max() > SILENCE)
    if samples.shape[1] < PERIODS * rate / HERTZ:  # a remainder at the end of a span
        return bool(np.abs(samples).max() > TONE_AMPLITUDE + 2 * TONE_LEFT)
    angle = 2 * np.pi * HERTZ / rate * np.arange(samples.shape[1])
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    found, *_ = np.linalg.lstsq(waves, samples.T.astype(np.float64), rcond=None)
    off = np.abs(np.hypot(*found) - TONE_AMPLITUDE)
    rest = np.abs(samples.T - waves @ found)
    return bool(max(off.max(), rest.max()) > TONE_LEFT)
