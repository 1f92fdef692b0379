"""Who can still be seen: detectors look at the finished file, and a tracker joins what they see.

What is looked at is the output, but for the masks: there the source is put back. So what lies
beside a mask is judged by what the source shows there and by the mask's outline alone. Nothing that
was drawn can be taken for a face, and no text on a mask changes what is found beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..detection import Scaler
from ..plan import Plan
from ..track import Clues, Looks, Tracker, TrackSettings, probability_of, shrink
from ..types import EVERYWHERE, Box, Detections, Frame, Region, Target, Track
from .audit_detectors import AuditDetectors
from .compared import Pair
from .limits import Limits
from .schedule import Schedule
from .template_match import MakeMask
from .unmasked import unmasked
from .what_is_hidden import Covers, Mask, by_decision, share_of_middle, shares_covered


@dataclass(frozen=True, slots=True)
class Misfit:
    """A subject that its mask covers only in part, in one look.

    Attributes:
        frame: index of the source frame.
        box: upright source pixels.
        track: id of the hidden track whose mask lies on it.
        clues: one row, what the look and the close look say.
    """

    frame: int
    box: Box
    track: int
    clues: Clues


class StillVisible:
    """Takes pairs of frames in order, looks at some, and follows what is seen outside the masks.

    Args:
        plan: what was to be hidden, None if it is not known.
        covers: what is hidden where.
        detectors: the audit's.
        schedule: which frames are looked at.
        limits: see `Limits`.
        whole_every: see `redact.track.Looks`. 0: every look is at all of the picture.
        stamped: where every picture has a stamp (not 0): it is looked at as the source is, and
            hides nothing. None for nowhere.

    Attributes:
        misfits: subjects that their masks do not cover.
    """

    def __init__(
        self,
        plan: Plan | None,
        covers: Covers,
        detectors: AuditDetectors,
        schedule: Schedule,
        limits: Limits,
        whole_every: float,
        stamped: Mask | None = None,
    ) -> None:
        self._plan, self._covers, self._stamped = plan, covers, stamped
        self._detectors, self._schedule, self._limits = detectors, schedule, limits
        # What a user did not want looked for is visible on purpose.
        self._scope = EVERYWHERE if plan is None else plan.settings.scope
        self._begun: Fraction | None = None
        self._scaler, self._shrinker = Scaler(), VideoReformatter()
        self._shown: Frame | None = None
        self._looks = Looks(detectors.look, whole_every)
        self._tracker = Tracker(
            # Everything is kept, however doubtful or large: nothing is hidden by it.
            # When it is looked, the schedule says.
            settings=TrackSettings(leak_cost=float("inf"), look_every=float("inf"), ring_time=1.0),
            # Two people who each show for a moment are two suspects, not one who comes back.
            ablate=frozenset({"padding", "stitch"}),
            ask=self._ask,
        )
        self.misfits: list[Misfit] = []

    def prepare(self, source: Frame) -> None:
        """As `Tracker.prepare`, of the source's frames."""
        self._tracker.prepare(source)

    def add(self, pair: Pair, mask: MakeMask | None, last: bool) -> None:
        """Take the next pair.

        Args:
            mask: makes the mask of the frame; None if the two pictures are no pair.
            last: it is the clip's last.
        """
        source, output = pair.source, pair.output
        if source is None:
            return  # a frame too many: the check of frames tells of it
        found = None
        if output is not None and mask is not None:
            asks = self._tracker.wants_detection(source)
            damaged = source.damaged or output.damaged
            time = self._tracker.small_picture(source).time
            wanted = self._schedule.wants(pair.index, time, damaged or last, asks)
            if self._begun is None:
                self._begun = source.time
            if wanted and self._scope.at(float(source.time - self._begun)):
                found = self._look(pair.index, time, source, output, mask())
        self._tracker.observe(source, found)
        self._shown = None

    def finish(self) -> tuple[Track, ...]:
        """Everything that was seen outside the masks, however doubtful, over the whole clip."""
        return self._tracker.finish().tracks

    def _look(
        self, index: int, time: float, source: Frame, output: Frame, mask: Mask
    ) -> Detections:
        """What is visible in a frame; subjects that only a part of a mask lies on are noted."""
        drawn = mask if self._stamped is None else mask | self._stamped
        self._shown = shown = unmasked(source, output, drawn, self._scaler)
        # What is compared with earlier looks is what is looked at, not the source.
        found = self._scope.select(self._looks.at(shown, shrink(shown, self._shrinker, time)))
        if not len(found):
            return found
        if kept := self._covers.kept(index):
            named = zip(found.target, map(found.box, range(len(found))), strict=True)
            decided = [by_decision(Target(int(t)), box, kept, self._limits) for t, box in named]
            found = found.select(~np.array(decided))
        covered = shares_covered(mask, found.xyxy)
        outside = covered < self._limits.covered
        if self._plan is not None:
            sure = (found.score >= self._limits.believed) & ~outside
            self._note(index, source, found.select(sure), mask, self._plan.regions_at(index))
        return found.select(outside)

    def _note(
        self, index: int, source: Frame, found: Detections, mask: Mask, regions: list[Region]
    ) -> None:
        """Remember which subjects their masks do not cover."""
        core = self._limits.core
        seen = [(found.box(i), Target(int(found.target[i]))) for i in range(len(found))]
        bare = [share_of_middle(mask, b, t, core) < self._limits.fits for b, t in seen]
        found = found.select(np.array(bare, np.bool_))
        boxes = found.xyxy.astype(np.float64)
        asked = self._ask(source, boxes, found.target)
        p = np.clip(found.score, 1e-4, 1 - 1e-4)
        for i in range(len(found)):
            box = found.box(i)
            owner = max(regions, key=lambda r: r.box.common(box), default=None)
            if owner is None:
                continue
            row = slice(i, i + 1)
            odds = np.log(p[row] / (1 - p[row])).astype(np.float32)
            clues = Clues.of_new(found.target[row], odds, boxes[row], float(mask.size))
            clues.looked_closely(np.zeros(1, np.intp), asked[row])
            self.misfits.append(Misfit(index, box, owner.track, clues))

    def _ask(
        self, _: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """Close looks at places in the picture that was looked at last."""
        assert self._shown is not None
        return self._detectors.ask(self._shown, boxes, target)


def probable(misfits: list[Misfit], weights: Mapping[str, Mapping[str, float]]) -> float:
    """How probable it is that all these looks at one track show what they seem to show."""
    joined = Clues.concat([m.clues for m in misfits]).as_one()
    return float(probability_of(joined, weights)[0])
