"""Reads sound as samples with times."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame

from .damage import errors_ignored
from .muting import AudioSamples
from .pyav import UNDECODABLE, fraction
from .sound_formats import ConstantFormat
from .source import opened, packets_of, select_streams


def read_sound(
    path: Path, stream: int, rate: int, start: Fraction | None = None
) -> Iterator[tuple[Fraction, AudioSamples]]:
    """Yield a stream's sound, mixed to mono, piece by piece: time of the first sample in seconds,
    and samples, float32 [n].

    Args:
        path: of the file.
        stream: index of the stream.
        rate: samples per second to convert to.
        start: seconds on the clock of the file; earlier pieces are skipped.
    """
    mixer = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    for time, frame in _timed(path, stream, start):
        for part in mixer.resample(frame):
            samples = np.asarray(part.to_ndarray()[0], np.float32)
            if start is None or time + Fraction(len(samples), rate) > start:
                yield time, samples
            time += Fraction(len(samples), rate)


def read_channels(
    path: Path, stream: int, start: Fraction | None = None
) -> Iterator[tuple[Fraction, int, AudioSamples]]:
    """Yield all channels of a stream, piece by piece: time of the first sample in seconds, samples
    per second, and samples, float32 [channels, n].

    They are not mixed, because sound with opposite signs in two channels would vanish.

    Args:
        path, stream, start: as for `read_sound`.
    """
    for time, frame in _timed(path, stream, start):
        plain = av.AudioResampler(format="fltp", layout=frame.layout, rate=frame.sample_rate)
        for part in plain.resample(frame):
            yield time, part.sample_rate, np.asarray(part.to_ndarray(), np.float32)


def _timed(
    path: Path, stream: int, start: Fraction | None
) -> Iterator[tuple[Fraction, AudioFrame]]:
    """Yield decoded sound in one format, with its time in seconds on the clock of the file."""
    with opened(path) as container:
        select_streams(container, {stream})
        sound: Any = container.streams[stream]
        sound.codec_context.thread_count = 1
        if start is not None and start > 2:
            where = int((start - 1) / sound.time_base)
            try:
                container.seek(where, stream=sound, backward=True)
            except av.FFmpegError:
                container.seek(0)
        alike = ConstantFormat()
        for frame in chain.from_iterable(map(alike.converted, _frames(container, sound))):
            base = fraction(frame.time_base)
            if frame.pts is not None and base is not None:
                yield frame.pts * base, frame


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    packets = packets_of(container, stream)
    while True:
        with errors_ignored():  # broken sound does not count as damage of the picture
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = stream.codec_context.decode(packet if packet.size else None)
            except UNDECODABLE:
                frames = []
        yield from frames
