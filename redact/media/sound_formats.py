"""The channel layouts and sample rates of sound encoders, and sound that changes format midway."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame

from .muting import AudioSamples
from .pyav import fraction

INTERLEAVED = "flt"
"""The format in which samples are read and written: PyAV 18 crashes where it reads eight planes."""
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_PLAIN = {
    "aac": ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1"),
    "libopus": ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"),
}
"""Channel layouts that an encoder has a code for. For others, FFmpeg's AAC encoder writes a
description with its own name in it, even in bitexact mode; Opus has no others."""
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)


def usual_layout(channels: int) -> str:
    """The usual layout for a number of channels; "" if there is none."""
    return _LAYOUTS.get(channels, "")


def plain_layout(layout: str, channels: int, encoder: str) -> str:
    """The layout, or one with enough channels that the encoder has a code for."""
    same = layout.removesuffix("(side)")  # differs only in the place of the rear loudspeakers
    if same in _PLAIN[encoder]:
        return same
    enough = ((1, "mono"), (2, "stereo"), (6, "5.1"))
    return next((name for most, name in enough if channels <= most), "7.1")


def aac_rate(rate: int) -> int:
    """The source's sample rate if AAC supports it, else the next higher one."""
    return min((r for r in _AAC_RATES if r >= rate), default=96000)


def samples_of(frame: AudioFrame) -> AudioSamples:
    """The samples of an interleaved frame, float32 [channels, n], from -1 to 1."""
    samples = np.asarray(frame.to_ndarray(), np.float32)
    return np.ascontiguousarray(samples.reshape(frame.samples, -1).T)


def frame_of(samples: AudioSamples, layout: str, rate: int, begin: Fraction) -> AudioFrame:
    """A new interleaved frame.

    Args:
        samples: float32 [channels, n].
        layout: names the channels.
        rate: samples per second.
        begin: time of the first sample, in seconds.
    """
    together = np.ascontiguousarray(samples.T).reshape(1, -1)
    frame = AudioFrame.from_ndarray(together, format=INTERLEAVED, layout=layout)
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    frame.pts = round(begin * rate)
    return frame


class ConstantFormat:
    """Converts sound that changes its format midway, as television does between film and
    advertisement, to the format of its first frame, because encoders cannot change theirs."""

    def __init__(self) -> None:
        self._first: tuple[str, str, int] | None = None
        self._now: tuple[str, str, int] | None = None
        self._base = Fraction(1)
        self._converter: av.AudioResampler | None = None

    def converted(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """Yield a decoded frame in that format, after what is left from before a change."""
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if self._first is None:
            self._first, self._base = form, fraction(frame.time_base) or Fraction(1)
        elif form != self._now:
            yield from self.flush()
            if form != self._first:
                self._converter = av.AudioResampler(*self._first)
        self._now = form
        if self._converter is None:
            yield frame
        else:
            yield from map(self._timed, self._converter.resample(frame))

    def flush(self) -> Iterator[AudioFrame]:
        """Yield what the converter still holds."""
        if self._converter is not None:
            yield from map(self._timed, self._converter.resample(None))
            self._converter = None

    def _timed(self, frame: AudioFrame) -> AudioFrame:
        base = fraction(frame.time_base)
        if frame.pts is not None and base is not None:
            frame.pts = round(frame.pts * base / self._base)
        frame.time_base = self._base
        return frame
