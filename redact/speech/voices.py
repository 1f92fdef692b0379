"""Silero's detector of voices: the probability that somebody speaks, 31 times a second.

Silero VAD 6.2 (github.com/snakers4/silero-vad, MIT), in the form that takes many windows at once.
It does not recognise words or people.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import SILERO, OpenNetwork, read_weights

SPEECH_RATE: Final = 16000
"""Samples per second that the network takes."""

VOICE_WINDOW: Final = 512
"""Samples of one answer: the network's structure."""

_BEFORE: Final = 64
"""Samples before a window that it is given with it: the network's structure."""

_MEMORY: Final = (1, 1, 128)
"""Shape of each half of what it remembers: the network's structure."""

LEVEL: Final = 0.3
"""To this the loudest hundredth of quiet sound is amplified; 1 is full scale. Speech is about as
loud where somebody speaks into a microphone."""

MOST_GAIN: Final = 32.0
"""Largest amplification: 30 dB. Beyond, a recording's own noise is heard."""


class Voices:
    """The network and what it remembers of one channel, heard from its beginning.

    Quiet sound is heard twice, as it is and amplified, and the higher probability counts: a voice
    at the other end of a room is clear to a person who turns the volume up.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    def __init__(self) -> None:
        self._network = OpenNetwork(read_weights(SILERO.file), 1, SILERO.name)
        self._ears = [_Ear(), _Ear()]

    def hear(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability that somebody speaks in each window of what follows what was heard.

        Args:
            samples: float32 [n · VOICE_WINDOW], `SPEECH_RATE` per second, from -1 to 1.

        Returns:
            float32 [n].

        Raises:
            UnsafeError: the network fails, or answers with numbers that are not finite.
        """
        windows = np.nan_to_num(samples, posinf=1, neginf=-1).clip(-1, 1).reshape(-1, VOICE_WINDOW)
        gains = [1.0, float(np.clip(LEVEL / max(_loudest(windows), 1e-9), 1, MOST_GAIN))]
        # An ear that is not needed goes on in step, from what the other remembers.
        heard: list[NDArray[np.float32]] = []
        for ear, gain in zip(self._ears, gains, strict=True):
            if gain == 1 and heard:
                ear.take_over(self._ears[0])
            else:
                heard.append(self._ask(ear, windows * np.float32(gain)))
        answer: NDArray[np.float32] = np.max(heard, axis=0)
        return answer

    def _ask(self, ear: _Ear, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        with_before = np.concatenate(
            [np.vstack([ear.before, windows[:-1, -_BEFORE:]]), windows], axis=1
        )
        given, ear.h, ear.c = self._network.run(with_before, h=ear.h, c=ear.c)
        ear.before = windows[-1:, -_BEFORE:]
        return given


class _Ear:
    """What the network remembers of one presentation of the sound."""

    def __init__(self) -> None:
        self.h = np.zeros(_MEMORY, np.float32)
        self.c = np.zeros(_MEMORY, np.float32)
        self.before = np.zeros((1, _BEFORE), np.float32)

    def take_over(self, other: _Ear) -> None:
        self.h, self.c, self.before = other.h, other.c, other.before


def _loudest(windows: NDArray[np.float32]) -> float:
    """Level that a hundredth of the samples exceeds."""
    return float(np.percentile(np.abs(windows), 99))
