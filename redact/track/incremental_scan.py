"""Scans only the parts of a frame that have changed since they were scanned last.

A fixed camera shows the same picture for hours. Where the pixels have not changed since the last
scan, the detector would answer the same, so its last answer is reused. Only changed parts are
scanned, and the whole picture at least once in `TrackSettings.whole_every` seconds. Each part is
compared with the picture in which it was last *scanned*, not with the frame before, so that slow
changes are noticed, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..types import SAME_PLACE_IOU, Boxes, Detections, Frame, Rect
from .changes import ScannedPicture
from .geometry import Index, pairs_of_kind
from .small_pictures import SmallFrame
from .starting_score import STARTING_PROBABILITY
from .track_settings import JITTER

MOST_PATIENCE = 4.0
"""Largest factor on `whole_every` between scans of the whole picture, however often these
detected nothing new: two doublings, from one second to four."""

MOST_OF_PICTURE = 0.6
"""Share of a picture from which several areas, with their surroundings, cost as much as the whole.
It decides cost alone."""

ScanParts = Callable[[Frame, Sequence[Rect] | None], Detections]
"""A detector: all detections in parts of a frame, or, for None, in the whole frame."""


class IncrementalScanner:
    """Scans frames, in order.

    Args:
        scan_parts: the detector.
        whole_every: seconds after which the whole picture is scanned; 0: always. The interval
            doubles, up to `MOST_PATIENCE` times, with each of these scans that detects nothing new
            where nothing changed, and is `whole_every` again after one that does.

    Attributes:
        whole, parts, kept: frames that were scanned as a whole, in parts, and not at all.
    """

    def __init__(self, scan_parts: ScanParts, whole_every: float) -> None:
        self._scan_parts = scan_parts
        self._every = whole_every
        self._seen: ScannedPicture | None = None
        self._whole_at = 0.0
        self._patience = 1.0
        self._found = Detections.empty()
        self.whole = self.parts = self.kept = 0

    def scan(self, frame: Frame, small: SmallFrame) -> Detections:
        """All detections in a frame; raises as the detector does.

        Args:
            frame: the one to scan.
            small: its small picture.
        """
        areas = self._changed(frame, small)
        if areas is None or self._seen is None:
            found = self._scan_parts(frame, None)
            self.whole += 1
            self._patience = self._patience_after(found, small)
            # A damaged picture says nothing about the next one.
            self._seen = None if frame.damaged or not self._every else ScannedPicture(small)
            self._whole_at = small.time
        elif not areas:
            self.kept += 1
            return self._found
        else:
            areas = self._with_what_they_cut(areas, frame)
            found = taken_together(self._found, self._scan_parts(frame, areas), areas)
            self.parts += 1
            self._seen.scanned(small, areas)
            if Rect(0, 0, *frame.size) in areas:
                self._whole_at = small.time
        self._found = found
        return found

    def scan_near(
        self, frame: Frame, small: SmallFrame, places: Boxes
    ) -> tuple[Detections, list[Rect] | None]:
        """All detections at some places of a frame and next to them; raises as the detector does.

        Args:
            frame, small: see `scan`.
            places: [N, 4], upright source pixels.

        Returns:
            Detections, and the areas that were scanned for them; None for the whole picture, where
            that costs as much.
        """
        seen = self._seen
        changed = None
        if seen is not None and not frame.damaged:
            changed = seen.changed(small, self._found.xyxy)
        if seen is None or changed is None:
            return self.scan(frame, small), None
        areas = self._with_what_they_cut(seen.around(places), frame)
        width, height = frame.size
        if sum(area.pixels for area in areas) >= MOST_OF_PICTURE * width * height:
            return self.scan(frame, small), None
        touched = _touching(np.array(areas, np.float32).reshape(-1, 4), changed)
        anew = [area for area, touches in zip(areas, touched, strict=True) if touches]
        if anew:
            self._found = taken_together(self._found, self._scan_parts(frame, anew), anew)
            self.parts += 1
            seen.scanned(small, anew)
        else:
            self.kept += 1
        return self._found.select(_touching(self._found.xyxy, areas)), areas

    def _changed(self, frame: Frame, small: SmallFrame) -> list[Rect] | None:
        """Parts to scan; None for all of the picture."""
        due = small.time - self._whole_at >= self._patience * self._every - JITTER
        if self._seen is None or frame.damaged or due:
            return None
        return self._seen.changed(small, self._found.xyxy)

    def _patience_after(self, found: Detections, small: SmallFrame) -> float:
        """How many times as long to wait after a scan of a whole picture that detected `found`."""
        areas = None if self._seen is None else self._seen.changed(small, self._found.xyxy)
        if areas is None:
            return 1.0
        found = found.select(_plain(found) & ~_touching(found.xyxy, areas))
        known = np.zeros(len(found), np.bool_)
        old, new = _same(self._found, found)
        known[new[_plain(self._found)[old]]] = True
        return min(2 * self._patience, MOST_PATIENCE) if known.all() else 1.0

    def _with_what_they_cut(self, areas: list[Rect], frame: Frame) -> list[Rect]:
        """Areas made so large that none cuts through anything that was detected before."""
        larger = []
        boxes = self._found.xyxy[_plain(self._found)]
        for area in areas:
            hit = boxes[_touching(boxes, [area])]
            low = np.floor(np.vstack([area[:2], hit[:, :2]]).min(axis=0))
            high = np.ceil(np.vstack([area[2:], hit[:, 2:]]).max(axis=0))
            left, top = (max(0, int(v)) for v in low)
            right, bottom = (min(int(v), side) for v, side in zip(high, frame.size, strict=True))
            larger.append(Rect(left, top, right, bottom))
        return larger


def _plain(found: Detections) -> NDArray[np.bool_]:
    """[N] which are no fainter than what may begin a tracklet."""
    return np.asarray(found.score >= STARTING_PROBABILITY.of(found.target))


def taken_together(before: Detections, now: Detections, areas: Sequence[Rect]) -> Detections:
    """Earlier detections outside the areas that were scanned again, and new ones inside them.

    Args:
        before: of the whole picture.
        now: of the same picture; detections outside `areas` do not count.
        areas: parts that were scanned now, source pixels.
    """
    fresh = now.select(_touching(now.xyxy, areas))
    stale = _touching(before.xyxy, areas)
    # A thing at the edge that is detected a pixel farther out than before is not two things.
    stale[_same(before, fresh)[0]] = True
    # Nor is it lost: what lay inside and is now detected outside, over the edge, counts as well.
    moved = _moved_out(before, now, stale, areas)
    return Detections.concat([before.select(~stale), fresh, now.select(moved)])


def _moved_out(
    before: Detections, now: Detections, stale: NDArray[np.bool_], areas: Sequence[Rect]
) -> NDArray[np.bool_]:
    """Which of `now` lie outside the areas and are what lay in them before."""
    outside = ~_touching(now.xyxy, areas)
    old, new = _same(before, now)
    out = np.zeros(len(now), np.bool_)
    out[new[stale[old] & outside[new]]] = True
    return out


def _same(old: Detections, new: Detections) -> tuple[Index, Index]:
    """Indices of pairs that are one thing."""
    return pairs_of_kind(old.xyxy, old.target, new.xyxy, new.target, SAME_PLACE_IOU)


def _touching(boxes: NDArray[np.float32], areas: Sequence[Rect]) -> NDArray[np.bool_]:
    """[N] which boxes share a pixel with one of the areas."""
    out = np.zeros(len(boxes), np.bool_)
    for x1, y1, x2, y2 in areas:
        across = (boxes[:, 0] < x2) & (boxes[:, 2] > x1)
        out |= across & (boxes[:, 1] < y2) & (boxes[:, 3] > y1)
    return out
