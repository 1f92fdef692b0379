"""Which tracklets are protected, and which are forgotten as chance detections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Target
from .columns import Columns
from .geometry import Affine
from .observe import Rank
from .settings import TrackSettings
from .support import SupportWindow

Ends = tuple[Target, NDArray[np.float32]]
"""What a tracklet is, and its patches [2, CELLS, CELLS] at its start and its end."""


class Belief:
    """Decides frame by frame, and still for a while after a tracklet has retired: its last
    detections may be confirmed by those of another tracklet.

    Attributes:
        kept: retired tracklets that are protected, by id, with their looks at both ends.
    """

    def __init__(self, settings: TrackSettings) -> None:
        self._support = SupportWindow(settings.support_time, settings.support)
        self._support_time, self._needed = settings.support_time, settings.support
        self._doubted: dict[int, tuple[float, Ends]] = {}
        self.kept: dict[int, Ends] = {}

    def warp(self, camera: Affine) -> None:
        """Move what was seen with the camera, to the next frame."""
        self._support.warp(camera)

    def renew(self, time: float, rows: Columns) -> None:
        """Find out which tracklets are believed from now on, after the frame at `time` seconds
        has been matched; marks their rows as sure, and pending from now on."""
        # Whatever is not faint was matched or has started, so that its row holds it.
        now = (rows.detected == time) & (rows.rank > Rank.CONTINUES)
        believed = self._support.push(
            time, rows.box[now], rows.score[now], rows.target[now], rows.id[now], rows.rank[now]
        )
        # What moves by its own width from frame to frame agrees with no detection of the same
        # place; its own tracklet then speaks for it. That can only add to what is believed.
        own = now & (rows.rank >= Rank.FIRM) & (rows.evidence >= self._needed)
        fresh = ~rows.sure & (own | np.isin(rows.id, believed))
        rows.sure |= fresh
        rows.pending[fresh] = time
        for tracklet in self._doubted.keys() & set(believed.tolist()):
            self.kept[tracklet] = self._doubted.pop(tracklet)[1]

    def retire(self, rows: Columns, which: NDArray[np.bool_], time: float) -> None:
        """Put retired tracklets among the kept ones, or where they may still be believed.

        Args:
            rows: all tracklets.
            which: [N], those that retire.
            time: now, seconds.
        """
        for row in np.flatnonzero(which):
            look = np.stack([rows.start_look[row], rows.anchor[row]])
            ends = Target(int(rows.target[row])), look
            if rows.sure[row]:
                self.kept[int(rows.id[row])] = ends
            else:
                self._doubted[int(rows.id[row])] = time, ends
        limit = time - self._support_time
        self._doubted = {i: old for i, old in self._doubted.items() if old[0] >= limit}
