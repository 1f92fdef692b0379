"""Every sighting of every tracklet, in compact arrays: ten minutes of a crowd fit in memory.

Also what is stored of every frame of the clip: its time and the camera's motion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Boxes
from .geometry import IDENTITY, Affine, compose, inverse, to_boxes, to_centres


class ClipRecord:
    """Times and camera motions, by frame index."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._since: list[Affine] = []
        self.size = (0, 0)
        """Upright width and height in pixels."""

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: float, motion: Affine, size: tuple[int, int]) -> None:
        """The next frame: seconds, camera motion since the frame before, picture size."""
        self._since.append(compose(self._since[-1], motion) if self._since else IDENTITY)
        self._times.append(time)
        self.size = size

    def time(self, frame: int) -> float:
        return self._times[frame]

    def times(self, first: int, last: int) -> NDArray[np.float64]:
        """Seconds of frames `first` to `last`, both included."""
        return np.array(self._times[first : last + 1])

    def motion(self, start: int, end: int) -> Affine:
        """The camera's motion from one frame to another, in either direction."""
        if start == end:
            return IDENTITY
        return compose(inverse(self._since[start]), self._since[end])

    def fixed(self, frames: NDArray[np.integer], boxes: Boxes) -> Boxes:
        """Boxes [N, 4] of some frames [N], as centres and sizes in the first frame of the clip: as
        if the camera stood still."""
        return self._moved([inverse(self._since[int(f)]) for f in frames], to_centres(boxes))

    def seen(self, frames: NDArray[np.integer], centres: Boxes) -> Boxes:
        """The inverse of `fixed`."""
        return to_boxes(self._moved([self._since[int(f)] for f in frames], centres))

    @staticmethod
    def _moved(motions: list[Affine], centres: Boxes) -> Boxes:
        each = np.array(motions)
        scale = np.sqrt(np.abs(np.linalg.det(each[:, :, :2])))
        moved = np.einsum("nij,nj->ni", each[:, :, :2], centres[:, :2]) + each[:, :, 2]
        return np.concatenate([moved, centres[:, 2:] * scale[:, None]], axis=1)

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


SPEED_TIME = 0.3
"""Seconds over which the speed of an object is measured, and for which it is believed: later, it
may have stopped or turned round. Three scans, or half a step of a walking person; a judgement, not
fitted."""


ROW = np.dtype(
    [
        ("tracklet", np.int32),
        ("frame", np.int32),
        ("score", np.float32),
        ("box", np.float32, (4,)),
    ]
)
"""`score` is the probability of a detection, 0 where a plate was followed by its pixels."""

Rows = NDArray[np.void]


class SightingLog:
    """Rows are added frame by frame and read once at the end."""

    def __init__(self) -> None:
        self._parts: list[Rows] = []
        self.jumps: set[tuple[int, int]] = set()
        """Tracklets, and frames from which they no longer look like before."""

    def add(
        self,
        tracklets: NDArray[np.int32],
        frame: int,
        boxes: Boxes,
        scores: NDArray[np.float32],
    ) -> None:
        """Add N sightings of one frame."""
        if not len(tracklets):
            return
        rows = np.zeros(len(tracklets), ROW)
        rows["tracklet"], rows["frame"] = tracklets, frame
        rows["score"], rows["box"] = scores, boxes
        self._parts.append(rows)
        if len(self._parts) > 1024:
            self._parts = [np.concatenate(self._parts)]

    def jumped(self, tracklet: int, frame: int) -> None:
        """Note that a tracklet no longer looks like before."""
        self.jumps.add((tracklet, frame))

    def by_tracklet(self) -> dict[int, Rows]:
        """Rows of every tracklet in rising frame order."""
        if not self._parts:
            return {}
        rows = np.concatenate(self._parts)
        rows = rows[np.argsort(rows["tracklet"], kind="stable")]
        ids, starts = np.unique(rows["tracklet"], return_index=True)
        pieces = np.split(rows, starts[1:])
        return dict(zip(ids.tolist(), pieces, strict=True))
