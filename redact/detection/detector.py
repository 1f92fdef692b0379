"""The interface of every detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, Target


class Detector(Protocol):
    """Detects what is to be hidden (`redact.types.Target`) in one picture at a time.

    A detector returns everything that it detects, however faint; the caller (`redact.track`)
    decides what is probable enough to be hidden. It either scans the whole picture or raises: an
    empty answer always means "scanned, nothing detected". One detector must not be used from two
    threads at once.

    Attributes:
        name: short name for reports.
        weights_sha256: hex digest of the weights file; several are joined by "+".
        targets: what it can detect. A search for anything else is refused, because an empty answer
            would pass as "nothing there".
    """

    @property
    def name(self) -> str: ...

    @property
    def weights_sha256(self) -> str: ...

    @property
    def targets(self) -> Sequence[Target]: ...

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        """Detections in an upright picture, uint8 [H, W, 3] RGB, boxes in its pixels.

        Raises:
            ValueError: for an array of another shape or dtype.
            UnsafeError: if the picture could not be checked.
        """

    def detect_frame(self, frame: Frame) -> Detections:
        """Detections in a decoded frame, boxes in upright source pixels.

        Same answer as `detect` on the frame's RGB picture, up to rounding, without making that
        picture: libswscale goes from the decoded planes straight to the network's sizes.

        Raises:
            UnsafeError: if the frame could not be checked.
        """
