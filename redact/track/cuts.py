"""Where a scene is cut.

At a cut no motion explains the new picture: parts of it are not found near their places in the
pictures before. The search depends on neither brightness nor contrast, so that cuts in the dark are
noticed, and lamps being switched on are not taken for cuts. Pictures shortly before are compared
with pictures shortly after, and the most similar pair counts: a flash, a smear or a jerk does not
make all pairs different. They must be less similar than pictures on either side are to each other:
so there is a cut where the recording of a still camera jumps, but not where a camera is waved
about. If a cut is missed, one person may be taken for another; a false one costs some scans.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import WHOLE_SHARE
from .patches import FLAT
from .small_pictures import SmallFrame

LEAST_FOLLOWED_SHARE = 0.7
"""Share of corners that follow the camera from which no cut is searched for: only one frame in
twenty of the clips of dev has less. It decides cost alone: in about 40 clips of dev and of street
footage the same cuts are found if every picture is compared."""

CUTS_LONG_SIDE = 160
"""Pixels along the wide side of the pictures in which cuts are searched for: noise of dark footage
averages out, and a block still has features."""

MATCHED_BLOCK = CUTS_LONG_SIDE // 10
"""Pixels along the side of a block that is searched for in another picture, and by which it may
have moved: a tenth of the picture per frame is faster than anybody can see."""

PART_BLOCKS = 4
"""Blocks along the side of a part, which must be found as a whole, although each block may be a
pixel off: one block is found somewhere in any picture, sixteen together are not."""

BURNT_OUT = 245
"""Luma from which a place is burnt out by a flash."""

FLASH_TIME = 0.4
"""Seconds within which the old picture returns after a flash: longer than several flashes in a row,
shorter than a shot. As much on either side of a cut is compared."""

SECONDS_BETWEEN_COMPARED = 0.07
"""Seconds between the pictures that are compared: two frames, as most cameras record."""

FAR_APART_SECONDS = 0.3
"""Seconds from which two pictures on the same side are far enough apart to show how similar
pictures of this footage are: as far as most pairs that are compared across a cut."""

UNRELATED_LIKENESS = 0.45
"""Likeness below which two pictures are of two scenes: those of unrelated clips have .2 to .4. Also
assumed if a side is burnt out entirely, so that nothing is known."""

LIKENESS_DROP = 0.06
"""By how much less similar pictures across a cut are than pictures on either side. Chosen, like
`UNRELATED_LIKENESS`, on 490 cuts in 46 minutes made of clips of dev and of cameras that networks
learned from."""

LEAST_SCENE_LIKENESS = UNRELATED_LIKENESS + LIKENESS_DROP
"""Expected likeness of pictures on one side, at least, and if it is not known."""


class CutFinder:
    """Takes frames in order; `cuts` contains the first frames of new scenes, rising."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self._recent: deque[SmallFrame] = deque()
        self._dark = False
        self._suspects: list[_Suspect] = []
        self._cut_at = -math.inf

    def push(self, small: SmallFrame, agreed: float) -> bool:
        """Take a frame; returns whether a new scene may start here (certain only a little later).

        Args:
            small: an undamaged frame.
            agreed: share of corners that followed the camera from the frame before.
        """
        if _flat(small):  # between two scenes it may be black for a while, in a flash all white
            self._dark = True
            return False
        self._settle(small)
        suspect = None
        if self._recent and (self._dark or agreed < LEAST_FOLLOWED_SHARE):
            suspect = _suspect(small, self._recent)
        if suspect is not None:
            self._suspects.append(suspect)
        self._dark = False
        self._recent.append(small)
        while len(self._recent) > 2 and small.time - self._recent[0].time > FLASH_TIME:
            self._recent.popleft()
        return suspect is not None

    def finish(self) -> None:
        """To be called after the last frame: the clip may end in a flash."""
        for suspect in self._suspects:
            self._decide(suspect, LEAST_SCENE_LIKENESS)
        self._suspects = []

    def _settle(self, now: SmallFrame) -> None:
        """Decide about suspects: the old scene is back (it was a flash), or stayed away (a cut)."""
        waiting = []
        for suspect in self._suspects:
            suspect.compare(now)
            if suspect.most >= suspect.expected - LIKENESS_DROP:
                break  # and what came after it was part of the flash
            if now.time - suspect.after[0].time < FLASH_TIME:
                waiting.append(suspect)
            else:
                self._decide(suspect, _expected(suspect.after))
        self._suspects = waiting

    def _decide(self, suspect: _Suspect, expected: float) -> None:
        """Note that a new scene begins here, unless one has just begun: no shot is that short."""
        first = suspect.after[0]
        unlike = (suspect.most or UNRELATED_LIKENESS) < min(
            suspect.expected, expected
        ) - LIKENESS_DROP
        if unlike and first.time - self._cut_at >= FLASH_TIME:
            self.cuts.append(first.index)
            self._cut_at = first.time


@dataclass(slots=True)
class _Suspect:
    """Attributes:
    before: pictures of the old scene, the newest first.
    expected: how similar they are to each other.
    after: pictures of the new scene, if it is one, from its first.
    most: likeness of the most similar pair across, 0 while that is not known.
    """

    before: Sequence[SmallFrame]
    expected: float
    after: list[SmallFrame] = field(default_factory=list)
    most: float = 0.0

    def compare(self, now: SmallFrame) -> None:
        """Compare a later picture, if it is not too close to the last."""
        if self.after and now.time - self.after[-1].time < SECONDS_BETWEEN_COMPARED:
            return
        self.after.append(now)
        for one in self.before:
            if self.most < self.expected - LIKENESS_DROP:
                self.most = max(self.most, likeness(one, now) or 0.0)


def _suspect(small: SmallFrame, recent: Sequence[SmallFrame]) -> _Suspect | None:
    """A picture that is unlike all before it."""
    if (likeness(recent[-1], small) or 0.0) >= 1 - LIKENESS_DROP:
        return None  # no others can be so much more alike
    before = _apart(reversed(recent))
    suspect = _Suspect(before, _expected(before[::-1]))
    suspect.compare(small)
    return suspect if suspect.most < suspect.expected - LIKENESS_DROP else None


def _apart(pictures: Iterable[SmallFrame]) -> list[SmallFrame]:
    """Some of the pictures, from the first."""
    chosen: list[SmallFrame] = []
    for small in pictures:
        if not chosen or abs(small.time - chosen[-1].time) >= SECONDS_BETWEEN_COMPARED:
            chosen.append(small)
    return chosen


def _expected(pictures: Sequence[SmallFrame]) -> float:
    """How similar the pictures on one side (in order) are: the most similar pair of those some time
    apart, because others may be flashes."""
    known = [
        alike
        for number, a in enumerate(pictures)
        for b in pictures[number + 1 :]
        if b.time - a.time >= FAR_APART_SECONDS and (alike := likeness(a, b)) is not None
    ]
    return max([LEAST_SCENE_LIKENESS, *known])


def _flat(small: SmallFrame) -> bool:
    """Whether a picture has too little content to be compared."""
    picture = small.levels[-1]
    return float(picture.std()) < FLAT or float((picture >= BURNT_OUT).mean()) > WHOLE_SHARE


def likeness(a: SmallFrame, b: SmallFrame) -> float | None:
    """How well the parts of `b` are found again near their places in `a`: each block may be a bit
    off the place where its part as a whole is found (like one level of DeepMatching, Revaud et al.
    2016).

    Returns:
        Mean correlation, with blocks weighted by their contrast: about .3 for two pictures that
        have nothing in common, 1 for the same; None if a flash has burnt out most of one.
    """
    if a.luma.shape != b.luma.shape:
        return 0.0
    before, now = _without_bars(_narrow(a), _narrow(b))
    rows, columns = (side // MATCHED_BLOCK for side in now.shape)
    if not rows * columns:
        return 0.0
    lost = _burnt(before) != _burnt(now)
    if lost.mean() > 0.5:
        return None
    side = 2 * MATCHED_BLOCK + 3  # a border keeps blocks apart when they are widened
    fits = np.full((rows, columns, side, side), -1, np.float32)
    contrast = _blocks(now).std(axis=(1, 3))
    weights = np.where(lost | (contrast < FLAT), 0, contrast).astype(np.float32)
    if not weights.any():
        return 0.0
    around = cv2.copyMakeBorder(before, *(MATCHED_BLOCK,) * 4, cv2.BORDER_REPLICATE)
    for row, column in np.argwhere(weights):
        y, x = row * MATCHED_BLOCK, column * MATCHED_BLOCK
        block = now[y : y + MATCHED_BLOCK, x : x + MATCHED_BLOCK]
        near = around[
            y : y + MATCHED_BLOCK + 2 * MATCHED_BLOCK,
            x : x + MATCHED_BLOCK + 2 * MATCHED_BLOCK,
        ]
        fits[row, column, 1:-1, 1:-1] = cv2.matchTemplate(near, block, cv2.TM_CCOEFF_NORMED)
    np.nan_to_num(fits, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    near_by = cv2.dilate(fits.reshape(-1, side), np.ones((3, 3), np.uint8)).reshape(fits.shape)
    parts = np.asarray(near_by * weights[..., None, None], np.float32)
    for axis in (0, 1):
        parts, weights = _sums(parts, axis), _sums(weights, axis)
    return float(parts.max(axis=(2, 3)).sum() / weights.sum())


def _sums(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Sums of `PART_BLOCKS` neighbours along an axis, or of all if there are fewer."""
    count = values.shape[axis]
    size = min(PART_BLOCKS, count)
    along = np.moveaxis(values, axis, 0)
    parts = [along[i : i + count - size + 1] for i in range(size)]
    return np.asarray(np.moveaxis(reduce(np.add, parts), 0, axis), np.float32)


def _blocks(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The whole blocks of a picture: [rows, pixels down, columns, pixels across]."""
    rows, columns = (side // MATCHED_BLOCK for side in picture.shape)
    whole = picture[: rows * MATCHED_BLOCK, : columns * MATCHED_BLOCK]
    return whole.reshape(rows, MATCHED_BLOCK, columns, MATCHED_BLOCK)


def _burnt(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Blocks in which a flash has burnt out anything: they tell nothing."""
    return np.asarray((_blocks(picture) >= BURNT_OUT).any(axis=(1, 3)), np.bool_)


def _without_bars(
    a: NDArray[np.uint8], b: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both pictures without the bars that both have: their edges stay the same at any cut."""
    parts = []
    for axis in (1, 0):
        seen = np.flatnonzero((a.std(axis=axis) >= FLAT) | (b.std(axis=axis) >= FLAT))
        whole = not len(seen) or seen[-1] - seen[0] < MATCHED_BLOCK
        parts.append(slice(None) if whole else slice(seen[0], seen[-1] + 1))
    return a[parts[0], parts[1]], b[parts[0], parts[1]]


def _narrow(small: SmallFrame) -> NDArray[np.uint8]:
    """The picture, scaled down to `CUTS_LONG_SIDE` along its longer side if it is larger."""
    picture = next(
        (p for p in reversed(small.levels) if max(p.shape) >= CUTS_LONG_SIDE), small.luma
    )
    factor = min(1.0, CUTS_LONG_SIDE / max(picture.shape))
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def cut_between(before: Sequence[SmallFrame], after: Sequence[SmallFrame]) -> bool:
    """Whether another scene begins between two pairs of pictures that may be seconds apart: the
    pictures of each pair are alike, those of different pairs are not. While a camera is moved,
    nothing is alike, and no cut is seen."""
    across = max(likeness(a, b) or 0.0 for a in before for b in after)
    within = min(likeness(*before) or 0.0, likeness(*after) or 0.0)
    return across < UNRELATED_LIKENESS and across < within - LIKENESS_DROP
