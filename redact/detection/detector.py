"""The interface of every detector, and how detectors of other packages are found: by entry points
of the group `redact.detectors`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import DependencyError, UsageError
from ..settings import Sensitivity
from ..types import Detections, Frame, Target
from ..words import problem


class Detector(Protocol):
    """Detects what is to be hidden (`redact.types.Target`) in one picture at a time.

    A detector returns everything that it detects, however faint; the caller (`redact.track`)
    decides what is probable enough to be hidden. It either scans the whole picture or raises: an
    empty answer always means "scanned, nothing detected". One detector must not be used from two
    threads at once.

    Attributes:
        name: short name for reports.
        weights_sha256: hex digest of the weights file; several are joined by "+".
    """

    @property
    def name(self) -> str: ...

    @property
    def weights_sha256(self) -> str: ...

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


GROUP: Final = "redact.detectors"


def load_plugin(
    name: str, sensitivity: Sensitivity, targets: Sequence[Target], sample_aspect: float
) -> Detector:
    """A detector from another package.

    Its entry point is a function of the three keyword arguments below that returns a `Detector`.
    `redact.testing.DetectorContract` tests one.

    Args:
        name: of the entry point.
        sensitivity: how hard to search.
        targets: what to search for.
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        UsageError: there is no such detector.
        DependencyError: it cannot be loaded.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        known = ", ".join(sorted(entry_points(group=GROUP).names)) or "none"
        raise problem(UsageError, "no_detector", name=name, known=known)
    try:
        make = found[0].load()
        detector: Detector = make(
            sensitivity=sensitivity, targets=tuple(targets), sample_aspect=sample_aspect
        )
    except Exception as error:  # code of others: whatever it raises, a user is told in words
        raise problem(
            DependencyError, "detector_unloaded", name=name, kind=type(error).__name__, error=error
        ) from error
    return detector
