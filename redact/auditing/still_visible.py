"""Finds people and plates that are still visible: detectors scan frames, and a tracker joins their
detections.

They scan the source, because the proof of drawing shows that the output equals it outside the
masks. So no drawn mask can be mistaken for a face, and no text on a mask affects what is found
beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from av.video.reformatter import VideoReformatter

from ..detection import CLOSE_SCANNED, load_calibration
from ..memory import trim_at_times
from ..plan import HIDDEN_SHARE, Plan
from ..reading import NumberReader
from ..track import (
    Clues,
    IncrementalScanner,
    Remembered,
    Tracker,
    TrackSettings,
    probability_of,
    shrink,
)
from ..types import (
    DOUBTFUL,
    INSIDE_SHARE,
    SURE,
    Box,
    Detections,
    Frame,
    Rect,
    Region,
    Target,
    Track,
    log_odds,
)
from .audit_detectors import AuditDetectors
from .limits import SAME_SECONDS
from .scan_schedule import Span
from .what_is_hidden import (
    Covers,
    MakeMask,
    Mask,
    by_decision,
    share_of_middle,
    shares_covered,
    shares_of_bodies,
    with_boxes,
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """A subject that its mask covers only in part, in one scan.

    Attributes:
        frame: index of the source frame.
        box: of the subject, in upright source pixels.
        track: id of the hidden track whose mask lies on it.
        clues: one row, from the scan and the close scan.
    """

    frame: int
    box: Box
    track: int
    clues: Clues


class StillVisible:
    """Scans pictures of one clip, in order, for people and plates that are visible outside the
    masks.

    Args:
        plan: of the clip.
        covers: says what is hidden where.
        detectors: of the audit.
        whole_every: see `redact.track.IncrementalScanner`; 0 to always scan the whole picture.
        unless_same: do not scan a picture for `SAME_SECONDS` if nothing has changed since the last
            scan of the whole.

    Attributes:
        misfits: subjects that their masks do not cover.
    """

    def __init__(
        self,
        plan: Plan,
        covers: Covers,
        detectors: AuditDetectors,
        whole_every: float = 0.0,
        unless_same: bool = False,
    ) -> None:
        self._plan, self._covers = plan, covers
        self._detectors = detectors
        # What a user excluded from the search is visible on purpose.
        self._scope = plan.settings.scope
        self._shrinker = VideoReformatter()
        self._scanner = IncrementalScanner(detectors.scan, whole_every)
        self._last: Remembered[Detections] | None = None
        if unless_same:
            self._last = Remembered(lambda found: found.xyxy, SAME_SECONDS)
        self.misfits: list[Misfit] = []

    def scan(
        self, shown: Frame, mask: MakeMask, parts: Sequence[Rect] | None = None
    ) -> Detections | None:
        """Detections in a frame outside its masks; None if the user excluded it from the search.
        Subjects that a mask covers only in part are added to `misfits`.

        Args:
            shown: the frame; frames must come in order.
            mask: makes its mask.
            parts: of it, to scan; None for all of it.
        """
        found = self._everywhere(shown) if parts is None else self._detectors.scan(shown, parts)
        found = self._scope.select(found)
        if kept := self._covers.kept(shown.index):
            alarms = self._covers.alarms(kept)
            decided = [
                by_decision(
                    *(Target(int(found.target[i])), found.box(i)),
                    # Report false alarms of which a network is sure all the same.
                    [r for r in kept if r.track not in alarms] if found.score[i] >= SURE else kept,
                )
                for i in range(len(found))
            ]
            found = found.select(~np.array(decided, np.bool_))
        if not len(found):
            return found
        hidden = mask()
        regions = self._plan.regions_at(shown.index)
        boxed, bodies = with_boxes(hidden, regions), found.target == Target.PERSON
        covered = np.where(
            bodies,
            shares_of_bodies(hidden, boxed, found.xyxy),
            shares_covered(hidden, found.xyxy),
        )
        outside = covered < HIDDEN_SHARE
        sure = (found.score >= DOUBTFUL) & ~outside
        self._note(shown, found.select(sure & ~bodies), hidden, regions)
        self._note(shown, found.select(sure & bodies), boxed, regions)
        return found.select(outside)

    def _everywhere(self, shown: Frame) -> Detections:
        """All detections in a frame."""
        small = shrink(shown, self._shrinker, shown.seconds)
        if self._last is None:
            return self._scanner.scan(shown, small)
        return self._last.of(small, lambda: self._scanner.scan(shown, small))

    def suspects(self, shown: Frame, found: Detections) -> list[tuple[float, Target, int, Box]]:
        """Scan each detection outside the masks of a frame closely: probability, target, frame, and
        box in upright source pixels."""
        p = probability_of(self._clues(shown, found), load_calibration().tracks)
        return [
            (float(p[i]), Target(int(found.target[i])), shown.index, found.box(i))
            for i in range(len(found))
        ]

    def _clues(self, shown: Frame, found: Detections) -> Clues:
        """Clues from one scan of each detection, and one close scan if its target has close
        scans."""
        boxes = found.xyxy.astype(np.float64)
        odds = log_odds(found.score).astype(np.float32)
        width, height = shown.size
        clues = Clues.of_new(found.target, odds, boxes, float(width * height))
        rows = np.flatnonzero(CLOSE_SCANNED.of(found.target))
        said = self._detectors.ask(shown, boxes[rows], found.target[rows])
        clues.scanned_closely(rows, said)
        return clues

    def _note(self, shown: Frame, found: Detections, mask: Mask, regions: list[Region]) -> None:
        """Add the detections that their masks do not cover to `misfits`."""
        seen = [(found.box(i), Target(int(found.target[i]))) for i in range(len(found))]
        bare = [share_of_middle(mask, b, t) < INSIDE_SHARE for b, t in seen]
        found = found.select(np.array(bare, np.bool_))
        clues = self._clues(shown, found)
        for i in range(len(found)):
            box = found.box(i)
            owner = max(regions, key=lambda r: r.common(box), default=None)
            if owner is not None:
                row = clues.select(np.array([i]))
                self.misfits.append(Misfit(shown.index, box, owner.track, row))


Scan = tuple[Detections, Sequence[Rect] | None]
"""What was seen outside the masks of a frame, and the parts that were scanned; None: all of it."""


def followed(
    frames: Iterable[tuple[Frame, MakeMask]],
    spans: Sequence[Span],
    wanted: Callable[[Frame], bool],
    scanner: StillVisible,
    detectors: AuditDetectors,
    reader: NumberReader | None,
    known: Mapping[int, Scan],
) -> list[Track]:
    """Track everything that is seen outside the masks in some spans, however doubtful.

    Args:
        frames: of the clip from the first one, each with a function that makes its mask; consumed
            as far as the spans need.
        spans: ascending and disjoint.
        wanted: whether to scan all of a frame.
        scanner: for the scans.
        detectors: for the trackers' close scans.
        reader: for possible plates; None to read none.
        known: frame → what was seen in it before; what was scanned is not scanned again.
    """
    found, passing = list[Track](), iter(frames)
    for first, last in spans:
        tracker = Tracker(
            # Keep everything, however doubtful or large, because nothing is hidden by it.
            # `wanted` decides when to scan.
            settings=TrackSettings(
                leak_cost=float("inf"),
                scan_every=float("inf"),
                late=0.0,
                grace=0.0,
                stitch_time=0.0,  # two people who appear briefly are two suspects
            ),
            ask=detectors.ask,
            read=None if reader is None else reader.legible,
        )
        for frame, mask in passing:
            if frame.index >= first:
                seen, parts = known.get(frame.index, (None, None))
                if wanted(frame) and (seen is None or parts is not None):
                    seen, parts = scanner.scan(frame, mask), None
                tracker.observe(replace(frame, index=frame.index - first), seen, parts)
                trim_at_times(frame.index)
            if frame.index >= last:
                break
        found += [_later(track, first) for track in tracker.finish().tracks]
    return found


def _later(track: Track, frames: int) -> Track:
    """The track, shifted by a number of frames."""
    return replace(track, keyframes=[k.but(frame=k.frame + frames) for k in track.keyframes])


def part_at(box: Box, width: int, height: int) -> Rect:
    """The whole pixels of a box, clipped to the picture."""
    x1, y1 = max(0, int(box.x1)), max(0, int(box.y1))
    x2, y2 = min(width, ceil(box.x2)), min(height, ceil(box.y2))
    return Rect(x1, y1, max(x1 + 1, x2), max(y1 + 1, y2))


def probable(misfits: list[Misfit]) -> float:
    """Probability that all these scans of one track are right."""
    joined = Clues.concat([m.clues for m in misfits]).as_one()
    return float(probability_of(joined, load_calibration().tracks)[0])
