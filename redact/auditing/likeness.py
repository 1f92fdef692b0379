"""Is what a mask hides still there, in its own pixels, just before or after the mask?

A detector that is unsure of a face behind a gas mask, or in profile, is as unsure beside the track
as on it. But a face does not change within a few frames: what looks exactly like the hidden
subject, where the subject would be, is the subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Action, Box, State, Track
from .limits import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Likeness:
    """Where in a frame something looks most like a hidden subject.

    Attributes:
        box: there, upright source pixels.
        value: normalised correlation with the subject at its nearest detection, -1 to 1.
    """

    box: Box
    value: float


@dataclass(slots=True)
class _End:
    """One end of a track: the detection nearest to it, and searches that wait for its look."""

    box: Box
    look: NDArray[np.float32] | None = None
    waiting: list[tuple[int, Box, NDArray[np.float32]]] = field(default_factory=list)
    found: dict[int, Likeness] = field(default_factory=dict)


class Looks:
    """Compares places beside tracks with what the tracks hide.

    Memory: one patch for each end of a track, and one for each search of the last moments.

    Args:
        tracks: of the plan; those that stay visible are left out.
    """

    def __init__(self, tracks: Iterable[Track], limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._ends: dict[int, tuple[int, _End, _End]] = {}
        self._due: dict[int, list[_End]] = defaultdict(list)
        for track in tracks:
            if track.action is Action.KEEP:
                continue
            seen = [k for k in track.keyframes if k.state is State.DETECTED] or track.keyframes
            first, last = _End(seen[0].box), _End(seen[-1].box)
            self._due[seen[0].frame].append(first)
            self._due[seen[-1].frame].append(last)
            self._ends[track.id] = track.first, first, last

    def see(self, index: int, source: NDArray[np.uint8]) -> None:
        """Take the looks that a frame of the source gives (luma, uint8 [H, W]); rising frames."""
        for end in self._due.pop(index, ()):
            end.look = sample(source, end.box, self._limits.side)
            for frame, box, window in end.waiting:
                end.found[frame] = best_place(end.look, box, window, self._limits)
            end.waiting.clear()

    def search(self, track: int, index: int, box: Box, output: NDArray[np.uint8]) -> None:
        """Search the output's luma around `box`, where a track's subject would be in a frame."""
        end = self._end(track, index)
        if end is None:
            return
        # As large as at the detection: what is compared must have one scale.
        (x, y), w, h = box.centre, end.box.width / 2, end.box.height / 2
        here = Box(x - w, y - h, x + w, y + h)
        window = sample_around(output, here, self._limits.side)
        if end.look is None:
            end.waiting.append((index, here, window))
        else:
            end.found[index] = best_place(end.look, here, window, self._limits)

    def likeness(self, track: int, index: int) -> Likeness | None:
        """What the search for a track's subject in a frame gave; None if there was none."""
        end = self._end(track, index)
        return end.found.get(index) if end is not None else None

    def _end(self, track: int, index: int) -> _End | None:
        if track not in self._ends:
            return None
        start, first, last = self._ends[track]
        return first if index < start else last


def best_place(
    look: NDArray[np.float32],
    box: Box,
    window: NDArray[np.float32],
    limits: Limits = LIMITS,
) -> Likeness:
    """Best place of a look in a window around `box`.

    Args:
        look: `sample` of the subject, `Limits.side` samples along a side.
        box: where it is expected, upright source pixels.
        window: `sample_around` of the frame at that box.
    """
    if float(look.std()) < limits.texture:
        return Likeness(box, -1.0)
    fit = np.nan_to_num(cv2.matchTemplate(window, look, cv2.TM_CCOEFF_NORMED), nan=-1.0)
    row, column = divmod(int(fit.argmax()), fit.shape[1])
    dx = (column / limits.side - 0.5) * box.width
    dy = (row / limits.side - 0.5) * box.height
    moved = Box(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
    return Likeness(moved, float(np.clip(fit[row, column], -1.0, 1.0)))


def sample_around(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box and half of it around it, in samples as far apart as those of `sample`."""
    return sample(luma, box.grown(0.5), 2 * side)


def sample(luma: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.float32]:
    """A box as side × side samples, float32; beyond the picture its border goes on."""
    width, height = max(box.width, 1e-3), max(box.height, 1e-3)
    # Averaged to about twice the samples first, or a large face would alias.
    step = max(1, int(min(width, height) // (2 * side)))
    x1, y1 = int(box.x1) - step, int(box.y1) - step
    x2, y2 = int(box.x2) + 2 * step, int(box.y2) + 2 * step
    rows = np.clip(np.arange(y1, y2), 0, luma.shape[0] - 1)
    columns = np.clip(np.arange(x1, x2), 0, luma.shape[1] - 1)
    part = luma[np.ix_(rows, columns)]
    size = max(1, part.shape[1] // step), max(1, part.shape[0] // step)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    zoom_x, zoom_y = size[0] / part.shape[1], size[1] / part.shape[0]
    at = (np.arange(side) + 0.5) / side
    x = ((box.x1 - x1 + at * width) * zoom_x - 0.5).astype(np.float32)
    y = ((box.y1 - y1 + at * height) * zoom_y - 0.5).astype(np.float32)
    across, down = np.meshgrid(x, y)
    return np.asarray(cv2.remap(small, across, down, cv2.INTER_LINEAR), np.float32)
