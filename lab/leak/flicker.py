"""Masks that blink: gone for a moment, or there for a moment.

Counted on the hidden pixels alone, whether a target is under them or not: a viewer sees both.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .pixels import Mask

SMALLEST_AREA = 150
"""px; smaller patches come from the encoder, not from a mask."""
SHORT = 3
"""A mask that lives for fewer frames than this blinks."""
GAP = 0.5
"""Seconds within which a mask that comes back had not really ended."""
LINK = 9
"""px by which masks of neighbouring frames may be apart and still be the same."""


@dataclass
class _Life:
    first: int
    last: int
    ended: float
    box: tuple[int, int, int, int]


def _near(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """Whether two boxes (left, top, width, height) overlap once each is grown by half."""
    apart_x = abs((a[0] + a[2] / 2) - (b[0] + b[2] / 2))
    apart_y = abs((a[1] + a[3] / 2) - (b[1] + b[3] / 2))
    return apart_x < 0.75 * (a[2] + b[2]) and apart_y < 0.75 * (a[3] + b[3])


class FlickerMeter:
    """Follows hidden patches from frame to frame and counts those that blink."""

    def __init__(self) -> None:
        self._frame = -1
        self._time = 0.0
        self._living: list[tuple[_Life, Mask]] = []
        self._ended: list[_Life] = []
        self._count = 0

    def add(self, hidden: Mask, time: float) -> None:
        """Next output frame: hidden pixels [H, W], time in seconds."""
        self._frame += 1
        self._time = time
        _, labels, stats, _ = cv2.connectedComponentsWithStats(hidden.astype(np.uint8))
        kernel = np.ones((2 * LINK + 1, 2 * LINK + 1), np.uint8)
        now: list[tuple[_Life, Mask]] = []
        alive: set[int] = set()
        for n in range(1, len(stats)):
            if stats[n, cv2.CC_STAT_AREA] < SMALLEST_AREA:
                continue
            x, y, w, h = (int(v) for v in stats[n, :4])
            patch = labels == n
            wide = cv2.dilate(patch.astype(np.uint8), kernel) > 0
            parents = [life for life, mask in self._living if (mask & wide).any()]
            alive.update(id(p) for p in parents)
            if parents:
                oldest = min(parents, key=lambda p: p.first)
                life = _Life(oldest.first, self._frame, time, (x, y, w, h))
            else:
                life = self._born((x, y, w, h), time)
            now.append((life, patch))
        for life, _ in self._living:
            if id(life) not in alive:
                self._end(life)
        self._living = now
        self._ended = [life for life in self._ended if time - life.ended <= GAP]

    def _born(self, box: tuple[int, int, int, int], time: float) -> _Life:
        for life in self._ended:
            if time - life.ended <= GAP and _near(life.box, box):
                # It came back: one interruption, and the old life goes on.
                self._ended.remove(life)
                self._count += 1
                return _Life(life.first, self._frame, time, box)
        return _Life(self._frame, self._frame, time, box)

    def _end(self, life: _Life) -> None:
        if life.last - life.first + 1 < SHORT and life.first > 0:
            self._count += 1
        else:
            self._ended.append(life)

    def finish(self) -> int:
        """Number of blinks and interruptions so far."""
        return self._count
