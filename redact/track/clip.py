"""What is kept of every frame of the clip: its time and the camera's motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .geometry import IDENTITY, Affine, compose, inverse


class ClipRecord:
    """Times and camera motions, by frame index."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._motions: list[Affine] = []
        self.size = (0, 0)
        """Upright width and height in pixels."""

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: float, motion: Affine, size: tuple[int, int]) -> None:
        """The next frame: seconds, camera motion since the frame before, picture size."""
        self._times.append(time)
        self._motions.append(motion)
        self.size = size

    def time(self, frame: int) -> float:
        return self._times[frame]

    def times(self, first: int, last: int) -> NDArray[np.float64]:
        """Seconds of frames `first` to `last`, both included."""
        return np.array(self._times[first : last + 1])

    def between(self, start: int, end: int) -> list[Affine]:
        """Motions from frame `start` to each of start, start ± 1, …, `end` (either direction)."""
        out = [IDENTITY]
        if end >= start:
            for frame in range(start + 1, end + 1):
                out.append(compose(out[-1], self._motions[frame]))
        else:
            for frame in range(start, end, -1):
                out.append(compose(out[-1], inverse(self._motions[frame])))
        return out

    def frame_before(self, frame: int, seconds: float, floor: int) -> int:
        """Earliest frame, not before `floor`, at most `seconds` before `frame`."""
        limit = self._times[frame] - seconds
        while frame > floor and self._times[frame - 1] >= limit:
            frame -= 1
        return frame

    def frame_after(self, frame: int, seconds: float, ceiling: int) -> int:
        """Latest frame, not after `ceiling`, at most `seconds` after `frame`."""
        limit = self._times[frame] + seconds
        while frame < ceiling and self._times[frame + 1] <= limit:
            frame += 1
        return frame
