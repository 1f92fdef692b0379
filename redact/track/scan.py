"""What is scanned of each frame: the whole picture at regular intervals, and in between the places
in which something is too fast or too uncertain to be followed, or which a small
scan requests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..types import DOUBTFUL, Detections, Frame, Rect, Target
from .incremental_scan import IncrementalScanner, ScanParts
from .small_scans import SmallScans
from .track_settings import JITTER
from .tracker import Tracker


def scanned(
    frame: Frame,
    tracker: Tracker,
    scanner: IncrementalScanner,
    small_scans: SmallScans | None = None,
) -> tuple[Detections | None, Sequence[Rect] | None]:
    """Detections in the frame that a tracker observes next, and the areas that were scanned for
    them, as `Tracker.observe` takes them.

    Args:
        frame: the next one.
        tracker: knows where a scan is due.
        scanner: runs the detector.
        small_scans: request scans of places that nothing else would scan; None for no small scans.

    Raises:
        UnsafeError: the frame could not be checked.
    """
    small, places = tracker.small_picture(frame), tracker.places_to_scan(frame)
    if places is not None and small_scans is not None:
        untracked = small_scans.untracked(frame, small, tracker.expected_at(frame))
        places = np.concatenate([places, untracked])
    if places is not None and not len(places):
        return None, None
    if places is None:
        found, areas = scanner.scan(frame, small), None
    else:
        found, areas = scanner.scan_near(frame, small, places)
    if areas is None and small_scans is not None:
        small_scans.scanned(small)
    return found, areas


def plates_where_expected(
    everything: ScanParts, all_but_plates: ScanParts | None, tracker: Tracker
) -> ScanParts:
    """A detector that searches whole pictures for plates only if the tracker expects any, and at
    least once in `TrackSettings.whole_every` seconds: our network at its largest size, which only
    plates need, takes a tenth of a run. Changed parts are always searched, for the network for
    vehicles may not know one, as when it is filmed from above; but there, a plate that is not
    expected counts only if it is detected as likely as not.

    Args:
        everything: the detector.
        all_but_plates: likewise for less, without plates; None: `everything` scans each frame.
    """
    if all_but_plates is None:
        return everything
    last = -np.inf

    def scan(frame: Frame, areas: Sequence[Rect] | None) -> Detections:
        nonlocal last
        time = tracker.small_picture(frame).time
        expected = tracker.expects_plates(frame)
        if areas is None:
            if not expected and time - last < tracker.settings.whole_every - JITTER:
                return all_but_plates(frame, None)
            last = time
            return everything(frame, None)
        found = everything(frame, areas)
        return found.select(expected | (found.target != Target.PLATE) | (found.score >= DOUBTFUL))

    return scan
