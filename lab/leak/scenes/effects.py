"""Light, sensor and time: what a scene goes through before it is encoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..video import Picture


@dataclass(frozen=True)
class Light:
    """Brightness over the clip, and sensor noise.

    Attributes:
        first, last: gain at the start and at the end.
        noise: standard deviation in 8-bit levels.
        cast: gain of red, green, blue.
        flash: seconds at which a flash goes off, None for none.
        fade: seconds over which the clip comes from black and goes to black.
    """

    first: float = 1.0
    last: float = 1.0
    noise: float = 0.0
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    flash: float | None = None
    fade: float = 0.0

    def level(self, time: float, seconds: float) -> float:
        """Gain at a time, 0 (black) up."""
        gain = self.first + (self.last - self.first) * time / seconds
        if self.fade:
            gain *= min(1.0, time / self.fade, (seconds - time) / self.fade)
        if self.flash is not None and 0 <= time - self.flash < 0.15:
            gain *= 2.2 - 8.0 * (time - self.flash)
        return max(0.0, gain)

    def on(self, picture: Picture, time: float, seconds: float, seed: list[int]) -> Picture:
        gain = self.level(time, seconds)
        if gain == 1.0 and not self.noise and self.cast == (1.0, 1.0, 1.0):
            return picture
        lit = picture.astype(np.float32) * gain * np.array(self.cast, np.float32)
        if self.noise:
            rng = np.random.default_rng([*seed, int(time * 1e6)])
            lit += rng.normal(0, self.noise, picture.shape).astype(np.float32)
        return np.clip(lit + 0.5, 0, 255).astype(np.uint8)


DAY = Light()
NIGHT = Light(0.33, 0.33, noise=7.0, cast=(1.08, 1.0, 0.86))
DUSK = Light(0.9, 0.28, noise=5.0, cast=(1.05, 1.0, 0.9))
FLASH = Light(0.6, 0.6, noise=3.0, flash=1.0)
FADE = Light(fade=0.5)


def clock(fps: float | str, seconds: float, rng: np.random.Generator) -> list[float]:
    """Frame times in seconds, from 0. "vfr": steps of 1/60 to 1/10 s, as phones write them."""
    if fps != "vfr":
        return [n / float(fps) for n in range(round(seconds * float(fps)))]
    times = [0.0]
    while times[-1] < seconds:
        step = rng.choice([1 / 60, 1 / 30, 1 / 30, 1 / 30, 1 / 24, 1 / 15, 1 / 10])
        times.append(round((times[-1] + float(step)) * 90000) / 90000)
    return times[:-1]
