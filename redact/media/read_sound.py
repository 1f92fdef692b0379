"""Reads sound as samples with times."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Any, Final

import av
import numpy as np
from av.audio.frame import AudioFrame

from ..formats.containers import read_as
from .damage import errors_ignored
from .info import SourceInfo
from .muting import AudioSamples
from .pyav import UNDECODABLE, fraction
from .sound_formats import INTERLEAVED, ConstantFormat, samples_of
from .source import opened, packets_of, select_streams

SETTLING_SECONDS: Final = 1
"""Seconds of sound that are decoded before the wanted one: codecs need at most 0.1 s."""


def read_sound(
    info: SourceInfo, stream: int, rate: int, start: Fraction | None = None
) -> Iterator[tuple[Fraction, AudioSamples]]:
    """Yield a stream's sound, mixed to mono, piece by piece: time of the first sample in seconds,
    and samples, float32 [n].

    Args:
        info: of the file; of an excerpt, only its sound is read.
        stream: index of the stream.
        rate: samples per second to convert to.
        start: seconds on the clock of the pictures; earlier pieces are skipped.
    """
    mixer = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    for at, frame in _timed(info, stream, start):
        for part in mixer.resample(frame):
            mixed = np.asarray(part.to_ndarray(), np.float32)
            samples, time = within(info, mixed, at, rate)
            at += Fraction(mixed.shape[1], rate)
            ends = time + Fraction(samples.shape[1], rate)
            if samples.shape[1] and (start is None or ends > start):
                yield time, samples[0]


def mixed_sound(info: SourceInfo, rate: int, start: Fraction, count: int) -> AudioSamples:
    """A span of all tracks together, mixed to mono: float32 [count], with silence where there is no
    sound.

    Args:
        info: of the file.
        rate: samples per second to convert to.
        start: of the span, in seconds on the clock of the pictures.
        count: samples of it.
    """
    out = np.zeros(count, np.float32)
    for audio in info.audio:
        for time, samples in read_sound(info, audio.index, rate, start):
            at = round((time - start) * rate)
            if at >= count:
                break
            a, b = max(0, at), min(count, at + len(samples))
            if b > a:
                out[a:b] += samples[a - at : b - at]
    return out


def read_channels(
    info: SourceInfo, stream: int, start: Fraction | None = None, rate: int | None = None
) -> Iterator[tuple[Fraction, int, AudioSamples]]:
    """Yield all channels of a stream, piece by piece: time of the first sample in seconds, samples
    per second, and samples, float32 [channels, n].

    They are not mixed, because sound with opposite signs in two channels would vanish.

    Args:
        info, stream, start: as for `read_sound`.
        rate: samples per second to convert to; None: as they are.
    """
    plain: av.AudioResampler | None = None
    for at, frame in _timed(info, stream, start):
        if plain is None or rate is None:
            plain = av.AudioResampler(INTERLEAVED, frame.layout, rate or frame.sample_rate)
        for part in plain.resample(frame):
            every, per_second = samples_of(part), part.sample_rate
            samples, time = within(info, every, at, per_second)
            at += Fraction(every.shape[1], per_second)
            if samples.shape[1]:
                yield time, per_second, samples


def within(
    info: SourceInfo, samples: AudioSamples, time: Fraction, rate: int
) -> tuple[AudioSamples, Fraction]:
    """The samples that belong to a source, all but for an excerpt, with the time of the first on
    the clock of its pictures.

    An excerpt's first sample is the one nearest to its first picture.

    Args:
        info: of the source.
        samples: [channels, n].
        time: of the first sample on the clock of the file, seconds.
        rate: samples per second.
    """
    if info.part is None:
        return samples, time
    begin, ends = round((info.begins - time) * rate), info.ends
    end = samples.shape[1] if ends is None else max(0, round((ends - time) * rate))
    first = max(0, begin)
    return samples[:, first:end], Fraction(first - begin, rate)


def go_to_excerpt(container: Any, info: SourceInfo) -> None:
    """Seek to a little before the sound of an excerpt if the container seeks reliably."""
    where = info.begins - SETTLING_SECONDS - 1
    if where > 0 and read_as(info.container).structure is not None:
        try:
            container.seek(int(where * av.time_base), backward=True)
        except av.FFmpegError:
            container.seek(0)


def is_early(packet: Any, info: SourceInfo) -> bool:
    """Whether a packet of sound ends so long before an excerpt that its decoder does not need
    it."""
    if info.part is None or not packet.size or packet.dts is None:
        return False
    ends = (packet.dts + (packet.duration or 0)) * Fraction(packet.time_base)
    return bool(ends < info.begins - SETTLING_SECONDS)


def _timed(
    info: SourceInfo, stream: int, start: Fraction | None
) -> Iterator[tuple[Fraction, AudioFrame]]:
    """Yield decoded sound in one format, with its time in seconds on the clock of the file."""
    with opened(info.path) as container:
        select_streams(container, {stream})
        sound: Any = container.streams[stream]
        sound.codec_context.thread_count = 1
        if start is not None and info.begins + start > 2:
            where = int((info.begins + start - 1) / sound.time_base)
            try:
                container.seek(where, stream=sound, backward=True)
            except av.FFmpegError:
                container.seek(0)
        elif info.part is not None:
            go_to_excerpt(container, info)
        alike = ConstantFormat()
        for frame in chain.from_iterable(map(alike.converted, _frames(container, sound, info))):
            base = fraction(frame.time_base)
            if frame.pts is not None and base is not None:
                if info.ends is not None and frame.pts * base >= info.ends:
                    return
                yield frame.pts * base, frame


def _frames(container: Any, stream: Any, info: SourceInfo) -> Iterator[Any]:
    packets = packets_of(container, stream)
    while True:
        with errors_ignored():  # broken sound does not count as damage of the picture
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                if is_early(packet, info):
                    continue
                frames = stream.codec_context.decode(packet if packet.size else None)
            except UNDECODABLE:
                frames = []
        yield from frames
