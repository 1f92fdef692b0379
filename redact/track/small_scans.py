"""Scans frames without a due scan at a small size: somebody who is in view for a tenth of a second
could come and go between two scans.

It only requests a scan of the place; what is hidden is decided as always.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..detection import iou
from ..types import NEARBY_IOU, Boxes, Frame
from .changes import ScannedPicture
from .geometry import grown
from .incremental_scan import ScanParts
from .small_pictures import SmallFrame
from .track_settings import AROUND_PLACE, JITTER, TrackSettings

_NONE: Final = np.zeros((0, 4))


class SmallScans:
    """Requests scans where a face is seen and nothing is tracked.

    Args:
        scan_small: detects faces in a frame, or in parts of it, at a small size.
        settings: how often it scans, and the score from which it requests a scan.
    """

    def __init__(self, scan_small: ScanParts, settings: TrackSettings) -> None:
        self._scan_small, self._settings = scan_small, settings
        self._seen: ScannedPicture | None = None
        self._last = -np.inf

    def scanned(self, small: SmallFrame) -> None:
        """Note that a picture was scanned as a whole, so that it needs no small scan."""
        self._seen, self._last = ScannedPicture(small), small.time

    def untracked(self, frame: Frame, small: SmallFrame, known: Boxes) -> Boxes:
        """Places [N, 4] of a frame that should be scanned.

        Args:
            frame: in which no scan of the whole picture is due.
            small: its small picture.
            known: [N, 4], where tracklets are expected in it, upright source pixels.

        Raises:
            UnsafeError: the network fails.
        """
        if small.time - self._last < self._settings.small_scan_every - JITTER:
            return _NONE
        self._last = small.time
        areas = None if self._seen is None else self._seen.changed(small, _NONE.astype(np.float32))
        if areas is not None and not areas:
            return _NONE
        found = self._scan_small(frame, areas)
        if areas is None or self._seen is None:
            self._seen = ScannedPicture(small)
        else:
            self._seen.scanned(small, areas)
        faces = found.xyxy[found.score >= self._settings.small_scan_score].astype(np.float64)
        new = faces[(iou(faces, known) < NEARBY_IOU).all(axis=1)]
        return grown(new, AROUND_PLACE)
