"""Movements of the camera. Times in seconds, places in still pixels."""

from __future__ import annotations

import numpy as np

from .scene import Path, View
from .stills import Still


def smooth(t: float) -> float:
    """Ease in and out, 0 to 1."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


class Mover:
    """Makes paths over one still for one frame size.

    Every path keeps the frame inside the still: beyond it there is nothing to film.
    """

    def __init__(
        self,
        still: Still,
        target: str,
        frame: tuple[int, int],
        seconds: float,
        rng: np.random.Generator,
    ) -> None:
        self.still, self.frame, self.seconds, self.rng = still, frame, seconds, rng
        labels = still.targets(target, 10) or list(still.labels)
        self.subject = labels[int(rng.integers(len(labels)))]
        x1, y1, x2, y2 = self.subject.box
        self.focus = ((x1 + x2) / 2, (y1 + y2) / 2)
        self.fit = max(frame[0] / still.size[0], frame[1] / still.size[1]) * 1.02

    def kept(self, view: View) -> View:
        """The nearest view that stays inside the still."""
        turn = np.deg2rad(abs(view.angle))
        w, h = self.frame
        half = (
            np.array([w * np.cos(turn) + h * np.sin(turn), w * np.sin(turn) + h * np.cos(turn)]) / 2
        )
        size = np.array(self.still.size)
        scale = max(view.scale, float((2 * half / size).max()) * 1.005)
        half /= scale
        x = float(np.clip(view.x, half[0], size[0] - half[0]))
        y = float(np.clip(view.y, half[1], size[1] - half[1]))
        return View(x, y, scale, view.angle)

    def close(self, height: float) -> float:
        """Scale at which the subject is `height` px tall in the frame, but no emptier than fit."""
        return max(self.fit, height / self.subject.height)

    def pan(self, zoom: float = 1.35, turns: float = 1.0) -> Path:
        """From one side to the other; with turns 2 there and back."""
        scale = self.fit * zoom
        a, b = (0.0, 1.0) if self.rng.random() < 0.5 else (1.0, 0.0)
        rise = float(self.rng.uniform(-0.15, 0.15)) * self.still.size[1]

        def path(time: float) -> View:
            phase = (time / self.seconds * turns) % 2.0
            t = smooth(phase if phase <= 1 else 2 - phase)
            x = (a + (b - a) * t) * self.still.size[0]
            return self.kept(View(x, self.focus[1] + rise * (t - 0.5), scale))

        return path

    def zoom(self, near: float, inward: bool = True) -> Path:
        """Between the whole picture and the subject at `near` times the fitting scale."""
        low, high = self.fit, self.fit * near
        centre = self.still.size[0] / 2, self.still.size[1] / 2

        def path(time: float) -> View:
            t = smooth(time / self.seconds)
            t = t if inward else 1 - t
            x = centre[0] + (self.focus[0] - centre[0]) * t
            y = centre[1] + (self.focus[1] - centre[1]) * t
            return self.kept(View(x, y, low * (high / low) ** t))

        return path

    def shake(self, pixels: float, zoom: float = 1.3, base: Path | None = None) -> Path:
        """A hand that trembles by about `pixels` frame pixels, over another path or in place."""
        phases = self.rng.uniform(0, 2 * np.pi, (3, 4))
        rates = np.array([1.3, 3.1, 6.7, 11.0])
        weights = np.array([1.0, 0.7, 0.5, 0.3])
        scale = self.fit * zoom
        still = View(*self.focus, scale)

        def path(time: float) -> View:
            view = base(time) if base else still
            sway = (np.sin(2 * np.pi * rates * time + phases) * weights).sum(1)
            reach = pixels / view.scale
            return self.kept(
                View(
                    view.x + sway[0] * reach,
                    view.y + sway[1] * reach * 0.7,
                    view.scale,
                    view.angle + sway[2] * 0.4,
                )
            )

        return path

    def rotate(self, degrees: float, zoom: float = 1.5) -> Path:
        """The camera rolls from minus to plus `degrees` around the subject."""

        def path(time: float) -> View:
            t = smooth(time / self.seconds)
            return self.kept(View(*self.focus, self.fit * zoom, degrees * (2 * t - 1)))

        return path

    def enter(self, zoom: float = 1.8) -> Path:
        """The subject comes in over the border, stays a moment, and leaves."""
        scale = self.fit * zoom
        side = 1.0 if self.focus[0] < self.still.size[0] / 2 else -1.0
        away = side * (self.frame[0] / 2 / scale + (self.subject.box[2] - self.subject.box[0]))

        def path(time: float) -> View:
            t = time / self.seconds
            out = max(0.0, 1 - t / 0.35, (t - 0.65) / 0.35)
            return self.kept(View(self.focus[0] + away * smooth(out), self.focus[1], scale))

        return path
