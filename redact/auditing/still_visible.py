"""Finds who is still visible: detectors scan frames, and a tracker joins their detections.

With a plan they scan the source, for the proof of drawing tells that the output is the source
outside the masks: so what lies beside a mask is judged by what the source shows there and by the
mask's outline alone. Nothing that was drawn can be taken for a face, and no text on a mask changes
what is found beside it. Without one they scan the output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np
from av.video.reformatter import VideoReformatter

from ..detection import CLOSELY, load_calibration
from ..memory import trim_at_times
from ..plan import COVERED, Plan, decisions
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
    EVERYWHERE,
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
from .limits import FITS, SAME_SECONDS
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
        box: upright source pixels.
        track: id of the hidden track whose mask lies on it.
        clues: one row, what the scan and the close scan say.
    """

    frame: int
    box: Box
    track: int
    clues: Clues


class StillVisible:
    """Scans pictures of one clip, in order, for people and plates that are visible outside the
    masks.

    Args:
        plan: what was to be hidden, None if it is not known.
        covers: what is hidden where.
        detectors: the audit's.
        whole_every: see `redact.track.IncrementalScanner`. 0: every scan is of the whole picture.
        unless_same: a picture in which nothing changed since the last whole scan is not scanned
            for `SAME_SECONDS`.

    Attributes:
        misfits: subjects that their masks do not cover.
    """

    def __init__(
        self,
        plan: Plan | None,
        covers: Covers,
        detectors: AuditDetectors,
        whole_every: float = 0.0,
        unless_same: bool = False,
    ) -> None:
        self._plan, self._covers = plan, covers
        self._detectors = detectors
        # What a user excluded from the search is visible on purpose.
        self._scope = EVERYWHERE if plan is None else plan.settings.scope
        self._begun = Fraction(0) if plan is None else plan.source.timeline.time(0)
        self._shrinker = VideoReformatter()
        self._scanner = IncrementalScanner(detectors.scan, whole_every)
        self._last: Remembered[Detections] | None = None
        if unless_same:
            self._last = Remembered(lambda found: found.xyxy, SAME_SECONDS)
        self.misfits: list[Misfit] = []

    def scan(
        self, shown: Frame, mask: MakeMask, places: Sequence[Box] | None = None
    ) -> Detections | None:
        """What is visible in a frame outside its masks; subjects of which a mask covers only a part
        are noted. None where the user limited the search.

        Args:
            shown: frames in rising order.
            mask: makes its mask.
            places: parts of it to scan, None for all of it.
        """
        if not self._scope.at(float(shown.time - self._begun)):
            return None
        if places is None:
            found = self._everywhere(shown)
        else:
            found = self._detectors.scan(shown, [_area(box, *shown.size) for box in places])
        found = self._scope.select(found)
        if kept := self._covers.kept(shown.index):
            alarms = self._covers.alarms(kept)
            decided = [
                by_decision(
                    *(Target(int(found.target[i])), found.box(i)),
                    # What a network is sure of is told, whatever a person called it: they were
                    # asked twice about it.
                    [r for r in kept if r.track not in alarms]
                    if found.score[i] >= decisions.SURE_TRACK_PROBABILITY
                    else kept,
                )
                for i in range(len(found))
            ]
            found = found.select(~np.array(decided, np.bool_))
        if not len(found):
            return found
        hidden = mask()
        regions = [] if self._plan is None else self._plan.regions_at(shown.index)
        boxed, bodies = with_boxes(hidden, regions), found.target == Target.PERSON
        covered = np.where(
            bodies,
            shares_of_bodies(hidden, boxed, found.xyxy),
            shares_covered(hidden, found.xyxy),
        )
        outside = covered < COVERED
        if self._plan is not None:
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
        """What was seen outside the masks of one frame, after a close scan of each: how probable it
        is, what it seems to be, frame and place."""
        p = probability_of(self._clues(shown, found), load_calibration().tracks)
        return [
            (float(p[i]), Target(int(found.target[i])), shown.index, found.box(i))
            for i in range(len(found))
        ]

    def _clues(self, shown: Frame, found: Detections) -> Clues:
        """One scan of each, and one close scan of each that a network scans closely."""
        boxes = found.xyxy.astype(np.float64)
        odds = log_odds(found.score).astype(np.float32)
        width, height = shown.size
        clues = Clues.of_new(found.target, odds, boxes, float(width * height))
        rows = np.flatnonzero(CLOSELY.of(found.target))
        said = self._detectors.ask(shown, boxes[rows], found.target[rows])
        clues.scanned_closely(rows, said)
        return clues

    def _note(self, shown: Frame, found: Detections, mask: Mask, regions: list[Region]) -> None:
        """Remember which subjects their masks do not cover."""
        seen = [(found.box(i), Target(int(found.target[i]))) for i in range(len(found))]
        bare = [share_of_middle(mask, b, t) < FITS for b, t in seen]
        found = found.select(np.array(bare, np.bool_))
        clues = self._clues(shown, found)
        for i in range(len(found)):
            box = found.box(i)
            owner = max(regions, key=lambda r: r.common(box), default=None)
            if owner is not None:
                row = clues.select(np.array([i]))
                self.misfits.append(Misfit(shown.index, box, owner.track, row))


def followed(
    frames: Iterable[tuple[Frame, MakeMask]],
    spans: Sequence[Span],
    wanted: Callable[[Frame], bool],
    scanner: StillVisible,
    detectors: AuditDetectors,
    reader: NumberReader | None = None,
) -> list[Track]:
    """Everything that is seen outside the masks in some spans, however doubtful, followed.

    Args:
        frames: from the first one of the clip on, each with what makes its mask; as many are taken
            as the spans need.
        spans: rising and apart.
        wanted: whether a frame is scanned.
        scanner: scans.
        detectors: take the close scans of the trackers, one for each span.
        reader: reads what may be plates; None: nobody does.
    """
    found, passing = list[Track](), iter(frames)
    for first, last in spans:
        tracker = Tracker(
            # Everything is kept, however doubtful or large: nothing is hidden by it.
            # The schedule says when it is scanned.
            settings=TrackSettings(
                leak_cost=float("inf"),
                scan_every=float("inf"),
                ring_time=1.0,
                grace=0.0,
                stitch_time=0.0,  # two people who each show for a moment are two suspects
            ),
            ask=detectors.ask,
            read=None if reader is None else reader.legible,
        )
        for frame, mask in passing:
            if frame.index >= first:
                seen = scanner.scan(frame, mask) if wanted(frame) else None
                tracker.observe(replace(frame, index=frame.index - first), seen)
                trim_at_times(frame.index)
            if frame.index >= last:
                break
        found += [_later(track, first) for track in tracker.finish().tracks]
    return found


def _later(track: Track, frames: int) -> Track:
    """The same track, a number of frames later."""
    return replace(track, keyframes=[k.but(frame=k.frame + frames) for k in track.keyframes])


def _area(box: Box, width: int, height: int) -> Rect:
    """Whole pixels of a place, cut at the picture."""
    x1, y1 = max(0, int(box.x1)), max(0, int(box.y1))
    x2, y2 = min(width, ceil(box.x2)), min(height, ceil(box.y2))
    return Rect(x1, y1, max(x1 + 1, x2), max(y1 + 1, y2))


def probable(misfits: list[Misfit], weights: Mapping[str, Mapping[str, float]]) -> float:
    """How probable it is that all these scans of one track show what they seem to show."""
    joined = Clues.concat([m.clues for m in misfits]).as_one()
    return float(probability_of(joined, weights)[0])
