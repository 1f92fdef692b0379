"""Scene cuts, found on thumbnails.

A cut that is missed only makes masks last a little longer; a cut that is imagined ends them too
early. So a cut needs three witnesses at once (structure, brightness distribution, camera
motion), and must last: after a flash the old picture comes back, after a cut it does not. Fades
and dissolves change little from frame to frame and are no cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .recent_frames import SmallFrame

THUMB = (48, 27)
"""Meaning: width and height of a thumbnail, too coarse for anything small to count."""

UNLIKE = 0.55
"""Correlation of neighbouring thumbnails below which the picture has changed altogether.
Meaning: 1 is the same picture, 0 any other; a judgement, not fitted."""

SAME_TONES = 0.72
"""Overlap of brightness histograms above which it is the same scene in fast motion.
Meaning: 1 is the same brightness everywhere; a judgement, not fitted."""

AGREED = 0.3
"""Share of corners that a common motion explains above which it is the same scene.
Meaning: after a cut hardly any agree; a judgement, not fitted."""

FLASH_TIME = 0.25
"""Seconds within which the old picture returns after a flash. Meaning: longer than a flash lasts,
shorter than a shot."""

FLAT = 3.0
"""Standard deviation in grey levels below which a thumbnail says nothing. Meaning: black or
fog, where noise decides."""


@dataclass(frozen=True, slots=True)
class _Look:
    index: int
    time: float
    thumb: NDArray[np.float32]
    tones: NDArray[np.float32]
    deviation: float


class CutFinder:
    """Frames are pushed in order; `cuts` holds first frames of new scenes, rising."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self._last: _Look | None = None
        self._suspects: list[tuple[_Look, _Look]] = []

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Look at a frame; whether a new scene may start here (known for sure a little later).

        Args:
            small: an undamaged frame.
            agreed: share of corners that followed the camera from the frame before.
        """
        look = _look_at(small)
        self._settle(look)
        last, self._last = self._last, look
        if last is None or min(last.deviation, look.deviation) < FLAT:
            return False
        suspect = (
            agreed < AGREED
            and _alike(last.thumb, look.thumb) < UNLIKE
            and float(np.minimum(last.tones, look.tones).sum()) < SAME_TONES
        )
        if suspect:
            self._suspects.append((last, look))
        return suspect

    def _settle(self, now: _Look) -> None:
        """Decide about suspects: the old scene is back (a flash), or stayed away (a cut)."""
        waiting = []
        for before, after in self._suspects:
            if now.deviation >= FLAT and _alike(before.thumb, now.thumb) >= UNLIKE:
                continue
            if now.time - after.time >= FLASH_TIME:
                self.cuts.append(after.index)
            else:
                waiting.append((before, after))
        self._suspects = waiting


def _look_at(small: SmallFrame) -> _Look:
    picture = small.levels[min(2, len(small.levels) - 1)]
    thumb = cv2.resize(picture, THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    tones = np.bincount((thumb.ravel() / 16).astype(np.intp), minlength=16) / thumb.size
    deviation = float(thumb.std())
    flat = (thumb - thumb.mean()) / max(deviation, 1e-6)
    return _Look(small.index, small.time, flat, tones.astype(np.float32), deviation)


def _alike(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Normalised correlation, -1 to 1."""
    return float((a * b).mean())
