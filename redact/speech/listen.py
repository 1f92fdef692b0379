"""Listens to all sound of a file, and says from when to when somebody speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..media import SourceInfo, mute_samples, read_channels
from ..types import Muted, joined_spans
from .voices import SPEECH_RATE, VOICE_WINDOW, Voices

Heard = tuple[Fraction, Fraction]
"""When somebody speaks: start and end in seconds on the clock of the file."""


@dataclass(frozen=True, slots=True)
class Listening:
    """How to listen. Probabilities are the network's own.

    Attributes:
        begins: from which speech begins.
        goes_on: down to which it goes on.
        beyond: seconds that are added at either end: consonants at the edge of a word are quiet.
        pause: seconds; across a shorter pause a span goes on.
        least: seconds that a span lasts at least, without these; a shorter one does not count.
        later: by how much of a window the windows begin later.
    """

    begins: float = 0.35
    goes_on: float = 0.15
    beyond: Fraction = Fraction(2, 5)
    pause: Fraction = Fraction(1)
    least: Fraction = Fraction(0)
    later: float = 0.0


TO_MUTE: Final = Listening()
"""For muting: every voice, at the price of some sound that is none."""

LISTEN_AGAIN: Final = Listening(
    0.5, 0.35, beyond=Fraction(0), pause=Fraction(0), least=Fraction(3, 20), later=0.5
)
"""For the audit. The windows lie across those of the search, so that another answer is possible;
the higher threshold keeps sound that a codec changed a little from being found by chance. The end
of a bleep sounds like speech for a moment."""

BLOCK: Final = 512
"""Windows that are heard at once: 16 s."""

JUMP: Final = Fraction(1, 20)
"""Seconds by which a time may differ from that of the samples before it: more is a gap or an
overlap, after which listening begins again."""


def speech_in(
    info: SourceInfo,
    muted: Sequence[Muted] = (),
    how: Listening = TO_MUTE,
    listened: Callable[[float], None] = lambda seconds: None,
) -> list[Heard]:
    """When somebody speaks in any channel of any track, in order of time, not overlapping.

    Args:
        info: of the file.
        muted: spans that are silenced before listening.
        how: how to listen.
        listened: called with seconds of sound that were heard.

    Raises:
        ModelError, DependencyError: the network cannot be loaded.
        UnsafeError: it fails.
        InputError: the file cannot be opened.
    """
    found: list[Heard] = []
    for audio in info.audio:
        found += heard(info, audio.index, muted, how, listened)
    return joined_spans(found, how.pause)


def heard(
    info: SourceInfo,
    stream: int,
    muted: Sequence[Muted] = (),
    how: Listening = TO_MUTE,
    listened: Callable[[float], None] = lambda seconds: None,
) -> list[Heard]:
    """When somebody speaks in any channel of one track; see `speech_in`."""
    found: list[Heard] = []
    for run in _runs(info, stream):
        channels: list[_Channel] = []
        for time, samples in _blocks(run, round(how.later * VOICE_WINDOW)):
            mute_samples(samples, time, SPEECH_RATE, muted)
            distinct = _distinct(samples)
            while len(channels) < len(samples):
                channels.append(_Channel(Voices(), how))
            for number, channel in enumerate(channels):
                alone = number in distinct
                found += channel.hear(time, samples[number]) if alone else channel.end()
            listened(samples.shape[1] / SPEECH_RATE)
        for channel in channels:
            found += channel.end()
    return joined_spans(((a - how.beyond, b + how.beyond) for a, b in found), how.pause)


@dataclass
class _Channel:
    """One channel of a run: turns probabilities into spans."""

    voices: Voices
    how: Listening
    _begun: Fraction | None = None
    _until: Fraction = field(default_factory=Fraction)

    def hear(self, time: Fraction, samples: NDArray[np.float32]) -> Iterator[Heard]:
        """Yield the spans that end in what is heard now."""
        for number, likely in enumerate(self.voices.hear(samples)):
            if likely >= (self.how.begins if self._begun is None else self.how.goes_on):
                start = time + Fraction(number * VOICE_WINDOW, SPEECH_RATE)
                self._begun = start if self._begun is None else self._begun
                self._until = start + Fraction(VOICE_WINDOW, SPEECH_RATE)
            else:
                yield from self.end()

    def end(self) -> Iterator[Heard]:
        if self._begun is not None and self._until - self._begun >= self.how.least:
            yield self._begun, self._until
        self._begun = None


Piece = tuple[Fraction, NDArray[np.float32]]


def _runs(info: SourceInfo, stream: int) -> Iterator[Iterator[Piece]]:
    """Yield runs of pieces of sound, each without a gap. A run must be read before the next."""
    pieces = ((time, samples) for time, _, samples in read_channels(info, stream, rate=SPEECH_RATE))
    waiting = next(pieces, None)
    while waiting is not None:
        first, waiting = waiting, None

        def run(first: Piece = first) -> Iterator[Piece]:
            nonlocal waiting
            yield first
            time, samples = first
            until, many = time + Fraction(samples.shape[1], SPEECH_RATE), len(samples)
            for time, samples in pieces:
                if abs(time - until) > JUMP or len(samples) != many:
                    waiting = time, samples
                    return
                yield time, samples
                until += Fraction(samples.shape[1], SPEECH_RATE)

        yield run()


def _blocks(run: Iterator[Piece], skipped: int) -> Iterator[Piece]:
    """Cut a run into blocks of at most `BLOCK` whole windows, the last filled up with silence.

    Args:
        run: pieces without a gap, float32 [channels, n].
        skipped: samples by which the first window begins earlier than the sound.
    """
    kept: list[NDArray[np.float32]] = []
    time: Fraction | None = None
    for at, samples in run:
        if time is None:
            time = at - Fraction(skipped, SPEECH_RATE)
            kept.append(np.zeros((len(samples), skipped), np.float32))
        kept.append(samples)
        while sum(piece.shape[1] for piece in kept) >= BLOCK * VOICE_WINDOW:
            whole = np.concatenate(kept, axis=1)
            yield time, whole[:, : BLOCK * VOICE_WINDOW].copy()
            kept = [whole[:, BLOCK * VOICE_WINDOW :]]
            time += Fraction(BLOCK * VOICE_WINDOW, SPEECH_RATE)
    if time is not None and (rest := sum(piece.shape[1] for piece in kept)):
        whole = np.concatenate(kept, axis=1)
        yield time, np.pad(whole, ((0, 0), (0, -rest % VOICE_WINDOW)))


def _distinct(samples: NDArray[np.float32]) -> list[int]:
    """Numbers of the channels that differ from those before them: many cameras write one channel
    twice."""
    return [
        n
        for n, channel in enumerate(samples)
        if not any(np.array_equal(channel, before) for before in samples[:n])
    ]
