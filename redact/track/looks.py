"""What the detector says about a frame, without asking it again about what has not changed.

Cameras that are fixed to a wall show the same picture for hours. Of a part whose pixels are what
they were when the detector last looked at it, it would say the same again: what it said then is
kept. Only the parts that changed are looked at, and all of the picture at least once in
`TrackSettings.whole_every` seconds. Every part is compared with what it was when it was *looked
at*, not with the frame before: what comes slowly is noticed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..types import SAME_PLACE_IOU, Boxes, Detections, Frame, Rect
from .changes import Seen
from .geometry import Index, pairs_of_kind
from .sensitivities import JITTER
from .small_pictures import SmallFrame
from .starting_score import FAINT

MOST_PATIENCE = 4.0
"""Times `whole_every` after which all of the picture is looked at, however often that told nothing
new: two doublings, from one second to four."""

MOST_OF_PICTURE = 0.6
"""Share of a picture from which several areas of it cost as much as all of it, with what the
networks are shown around each. It decides cost alone."""

LookAtParts = Callable[[Frame, Sequence[Rect] | None], Detections]
"""A detector: everything that is seen in parts of a frame, or, for None, in all of it."""


class Looks:
    """Asks a detector about frames, in order.

    Args:
        look: asked about a frame, or about parts of it.
        whole_every: seconds after which all of the picture is looked at; 0: always. They become
            twice as many, up to `MOST_PATIENCE` times, with each such look that sees nothing new
            in what has not changed, and what they were with one that does.

    Attributes:
        whole, parts, kept: frames of which all, or parts, or nothing was looked at.
    """

    def __init__(self, look: LookAtParts, whole_every: float) -> None:
        self._look = look
        self._every = whole_every
        self._seen: Seen | None = None
        self._whole_at = 0.0
        self._patience = 1.0
        self._found = Detections.empty()
        self.whole = self.parts = self.kept = 0

    def at(self, frame: Frame, small: SmallFrame) -> Detections:
        """Everything that is seen in a frame; raises as the detector does.

        Args:
            frame: one that is to be looked at.
            small: its small picture.
        """
        areas = self._changed(frame, small)
        if areas is None or self._seen is None:
            found = self._look(frame, None)
            self.whole += 1
            self._patience = self._patience_after(found, small)
            # A damaged picture says nothing about the next one.
            self._seen = None if frame.damaged or not self._every else Seen(small)
            self._whole_at = small.time
        elif not areas:
            self.kept += 1
            return self._found
        else:
            areas = self._with_what_they_cut(areas, frame)
            found = taken_together(self._found, self._look(frame, areas), areas)
            self.parts += 1
            self._seen.looked(small, areas)
            if Rect(0, 0, *frame.size) in areas:
                self._whole_at = small.time
        self._found = found
        return found

    def near(
        self, frame: Frame, small: SmallFrame, places: Boxes
    ) -> tuple[Detections, list[Rect] | None]:
        """Everything that is seen in some places of a frame and next to them; raises as the
        detector does.

        Args:
            frame, small: see `at`.
            places: [N, 4], upright source pixels.

        Returns:
            What is seen, and in which areas it was looked for; None for all of the picture, where
            that costs as much.
        """
        seen = self._seen
        changed = None
        if seen is not None and not frame.damaged:
            changed = seen.changed(small, self._found.xyxy)
        if seen is None or changed is None:
            return self.at(frame, small), None
        areas = self._with_what_they_cut(seen.around(places), frame)
        width, height = frame.size
        if sum(area.pixels for area in areas) >= MOST_OF_PICTURE * width * height:
            return self.at(frame, small), None
        touched = _touching(np.array(areas, np.float32).reshape(-1, 4), changed)
        anew = [area for area, touches in zip(areas, touched, strict=True) if touches]
        if anew:
            self._found = taken_together(self._found, self._look(frame, anew), anew)
            self.parts += 1
            seen.looked(small, anew)
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
        """How patient to be after a look at all of the picture has seen `found`."""
        areas = None if self._seen is None else self._seen.changed(small, self._found.xyxy)
        if areas is None:
            return 1.0
        found = found.select(_plain(found) & ~_touching(found.xyxy, areas))
        known = np.zeros(len(found), np.bool_)
        old, new = _same(self._found, found)
        known[new[_plain(self._found)[old]]] = True
        return min(2 * self._patience, MOST_PATIENCE) if known.all() else 1.0

    def _with_what_they_cut(self, areas: list[Rect], frame: Frame) -> list[Rect]:
        """Areas made so large that none cuts through anything that was seen before."""
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
    """[N] which are no fainter than what may start a tracklet."""
    return np.asarray(found.score >= FAINT.of(found.target))


def taken_together(before: Detections, now: Detections, areas: Sequence[Rect]) -> Detections:
    """Earlier detections outside the areas that were scanned again, and new ones inside them.

    Args:
        before: of all of the picture.
        now: of the same picture; what it says of places outside `areas` does not count.
        areas: parts that were looked at now, source pixels.
    """
    fresh = now.select(_touching(now.xyxy, areas))
    stale = _touching(before.xyxy, areas)
    # A thing at the edge, seen a pixel farther out than before, is not two things.
    stale[_same(before, fresh)[0]] = True
    # Nor is one at the edge lost that is seen a pixel farther out now: it stays as it was, unless
    # the look just made, which reaches over the edge, sees it there.
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
