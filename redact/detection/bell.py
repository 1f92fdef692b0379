"""A small look at frames that no scan is due in: whoever is in the picture for a tenth of a second
could come and go between two scans.

It only rings for a scan; what is hidden is decided as always.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Box, Frame
from .centerface import CenterFace
from .scaling import Scaler
from .views import Scale

SMALL_LOOK: Final = Scale(416, most_zoom=1.0)
"""The smaller of the two sizes at which `balanced` shows CenterFace a picture: a clear face of 60
pixels in 1280 has 20 there. Small pictures are not enlarged."""

RINGS: Final = 0.35
"""Score of CenterFace from which a face that nobody knows of rings. Chosen on dev with `python -m
lab.short_faces`."""

SECONDS_BETWEEN_SMALL_SCANS: Final = 0.06
"""Seconds between two small looks, at least: of a tenth of a second one falls into it. At 30
pictures a second it is every other one."""

RESTS: Final = 0.5
"""Seconds in which a place that rang does not ring again: a scan has looked at it."""

STILL_GREY_LEVELS: Final = 6
"""Grey levels by which the mean of a cell may change where nothing appears."""

CELL: Final = 8
"""Pixels along the side of such a cell in the tracker's small picture."""

KNOWN_FACE_IOU: Final = 0.3
"""IoU from which a face lies where something is known already."""


class Bell:
    """Rings for faces at places where nothing is known.

    Args:
        threads: processors for one picture.
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        ModelError, DependencyError: see `CenterFace`.
    """

    def __init__(self, threads: int, sample_aspect: float = 1.0) -> None:
        self._faces = CenterFace(threads)
        self._scaler, self._aspect = Scaler(), sample_aspect
        self._rang: list[tuple[float, Box]] = []
        self._looked: NDArray[np.uint8] | None = None
        self._last: float | None = None

    def rings(self, frame: Frame, luma: NDArray[np.uint8], known: NDArray[np.float64]) -> bool:
        """Whether a scan should look at a frame.

        Args:
            frame: that no scan is due in.
            luma: uint8 [h, w], the same picture, small.
            known: float64 [N, 4], where tracklets are expected in it, upright source pixels.

        Raises:
            UnsafeError: the network fails.
        """
        now = float(frame.time)
        if self._last is not None and 0 <= now - self._last < SECONDS_BETWEEN_SMALL_SCANS:
            return False
        self._last = now
        cells = cv2.resize(luma, None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA)
        before, self._looked = self._looked, np.asarray(cells, np.uint8)
        comparable = before is not None and before.shape == cells.shape
        if (
            before is not None
            and comparable
            and cv2.absdiff(before, self._looked).max() < STILL_GREY_LEVELS
        ):
            return False
        picture = self._scaler.frame(frame.picture)
        found = self._faces.look(picture, SMALL_LOOK, self._aspect)
        self._rang = [(at, box) for at, box in self._rang if abs(now - at) <= RESTS]
        places = [Box(*map(float, row)) for row in known] + [box for _, box in self._rang]
        new = [
            found.box(i)
            for i in np.flatnonzero(found.score >= RINGS).tolist()
            if all(found.box(i).iou(place) < KNOWN_FACE_IOU for place in places)
        ]
        self._rang += [(now, box) for box in new]
        return bool(new)
