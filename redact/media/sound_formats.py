"""How sound can be coded in each container: codecs, encoders, rates, channels; and sound that
changes format midway.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame

from .pyav import fraction

_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_PLAIN = {
    "aac": ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1"),
    "libopus": ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"),
}
"""Layouts of channels that an encoder has a number for. FFmpeg's AAC describes others, and writes
its name beside the description, whatever it is told; Opus has no others."""
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)


def layout_of(channels: int) -> str:
    """The usual layout for a number of channels. Raises ValueError where there is none."""
    try:
        return _LAYOUTS[channels]
    except KeyError:
        raise ValueError(f"where the {channels} channels of its sound belong is not said") from None


def plain_layout(layout: str, channels: int, encoder: str) -> str:
    """The layout, or one that the encoder has a number for and that has room for its channels."""
    same = layout.removesuffix("(side)")  # as loud, from loudspeakers a little further behind
    if same in _PLAIN[encoder]:
        return same
    enough = ((1, "mono"), (2, "stereo"), (6, "5.1"))
    return next((name for most, name in enough if channels <= most), "7.1")


def aac_rate(rate: int) -> int:
    """The source's rate where AAC has it, else the next higher one."""
    return min((r for r in _AAC_RATES if r >= rate), default=96000)


class Alike:
    """Sound that changes its rate or its channels midway, as television does from film to
    advertisement, in the form in which it began: nothing behind here takes another one."""

    def __init__(self) -> None:
        self._first: tuple[str, str, int] | None = None
        self._now: tuple[str, str, int] | None = None
        self._base = Fraction(1)
        self._converter: av.AudioResampler | None = None

    def made_of(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """A decoded frame in that form, after what is left of another form before it."""
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if self._first is None:
            self._first, self._base = form, fraction(frame.time_base) or Fraction(1)
        elif form != self._now:
            yield from self.rest()
            if form != self._first:
                self._converter = av.AudioResampler(*self._first)
        self._now = form
        if self._converter is None:
            yield frame
        else:
            yield from map(self._timed, self._converter.resample(frame))

    def rest(self) -> Iterator[AudioFrame]:
        """What the converter still holds."""
        if self._converter is not None:
            yield from map(self._timed, self._converter.resample(None))
            self._converter = None

    def _timed(self, frame: AudioFrame) -> AudioFrame:
        base = fraction(frame.time_base)
        if frame.pts is not None and base is not None:
            frame.pts = round(frame.pts * base / self._base)
        frame.time_base = self._base
        return frame
