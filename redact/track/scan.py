"""What is scanned of each frame: the whole picture at regular intervals, and in between the places
in which something is too fast or too uncertain to be followed, or for which the bell rings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..types import Detections, Frame, Rect
from .bell import Bell
from .incremental_scan import IncrementalScanner
from .tracker import Tracker


def scanned(
    frame: Frame, tracker: Tracker, scanner: IncrementalScanner, bell: Bell | None = None
) -> tuple[Detections | None, Sequence[Rect] | None]:
    """Detections in the frame that a tracker observes next, and the areas that were scanned for
    them, as `Tracker.observe` takes them.

    Args:
        frame: the next one.
        tracker: knows where a scan is due.
        scanner: runs the detector.
        bell: requests scans of places that nothing else would scan; None for no bell.

    Raises:
        UnsafeError: the frame could not be checked.
    """
    small, places = tracker.small_picture(frame), tracker.places_to_scan(frame)
    if places is not None and bell is not None:
        rung = bell.rings(frame, small, tracker.expected_at(frame))
        places = np.concatenate([places, rung])
    if places is not None and not len(places):
        return None, None
    if places is None:
        found, areas = scanner.scan(frame, small), None
    else:
        found, areas = scanner.scan_near(frame, small, places)
    if areas is None and bell is not None:
        bell.scanned(small)
    return found, areas
