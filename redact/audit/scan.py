"""First pass of the audit: every frame compared, detectors on a sample, sightings collected."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..plan import Plan
from ..types import Box, Frame, Region, Target, Track
from .between import between
from .close import VIEWS, Seen, Window, agreed
from .cover import Covers, Packed, by_decision, share_covered
from .drawn import not_drawn
from .elsewhere import Elsewhere, drawn_around
from .eyes import Eyes, Glimpse, distinct
from .letgo import LetGo, Mask
from .limits import (
    ALIKE,
    FIT_CORE,
    FIT_SCORE,
    FITS,
    LEAST_SIDE,
    LOOK_EVERY,
    OUTSIDE,
    SAME_PLACE,
    SAME_SUSPECT,
    SUSPECT,
    SUSPECT_SECOND,
)
from .lockstep import Pair
from .looks import Looks
from .pixels import Both, luma
from .result import AuditSettings, Check
from .schedule import Rhythm, edges, fits
from .suspects import Sighting, seen_by_ours

_ROOM: Final = {Target.FACE: 3.5, Target.PLATE: 5.0, Target.REGION: 3.5}
"""Side of the window around a place where something is expected, in its longer side."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A close look that may not be answered yet, and what is needed to judge the answer.

    Attributes:
        batch: answered once the mosaic has come to a later one.
        seen: answers, one list for each view.
        mask, kept: of the frame.
        fits: box of the hidden subject whose mask is compared with the source, else None.
        track: the track that is looked at.
        glimpse: what is looked at a second time, else None.
    """

    batch: int
    index: int
    seen: list[list[Seen]]
    mask: Packed
    kept: list[Region]
    fits: Box | None = None
    track: Track | None = None
    glimpse: Glimpse | None = None


class Scan:
    """Takes pairs of frames one by one and remembers what stands out.

    Attributes:
        sightings: detections outside the masks.
        undrawn: track id → [(frame, box)] of masks under which the source shows.
        between: track id → [(frame, box)] of what shows between that track and the next.
        let_go: masks that let go of part of what they hid.
        frames, whole, fine: frames compared, looked at, looked at finely.
    """

    def __init__(self, settings: AuditSettings, covers: Covers, plan: Plan | None, eyes: Eyes):
        self._settings = settings
        self._covers = covers
        self._plan = plan
        self._eyes = eyes
        risky = () if plan is None else (*plan.cuts, *plan.unchecked)
        self._rhythm = Rhythm(settings.sensitivity, risky)
        self._edges = {} if plan is None else edges(plan.tracks, plan.cuts)
        self._looks = Looks(() if plan is None else plan.tracks)
        self.let_go = LetGo()
        self.between: dict[int, list[tuple[int, Box]]] = {}
        self._pending: list[_Pending] = []
        self._elsewhere = Elsewhere(blocks=plan is not None)
        self.sightings: list[Sighting] = []
        self.undrawn: dict[int, list[tuple[int, Box]]] = defaultdict(list)
        self.frames = self.whole = self.fine = 0

    def add(self, pair: Pair) -> None:
        """Compare one pair and, if it is its turn, look at it."""
        output = pair.output
        if output is None:
            return
        if pair.source is not None and pair.source.size != output.size:
            return  # told by the check of the picture's size
        both = Both.of(pair.source, output) if pair.source is not None else None
        shown = both.luma[1] if both is not None else luma(output)
        original = both.luma[0] if both is not None else shown
        # One for all that need it: drawing it is what takes time in a crowd.
        mask = functools.cache(lambda: self._covers.mask(pair.index, original, shown))
        if both is not None:
            self.frames += 1
            self._looks.see(pair.index, original)
            self._compare(pair.index, both, mask)
        self._look(pair, shown, mask)

    def finish(self) -> None:
        self._eyes.close.flush()
        self._settle(self._pending)
        self._pending = []
        if self._plan is not None:
            self.between = between(self._plan, self._looks)
        self.sightings = [
            s
            for s in map(self._compared, self.sightings)
            if s.beside is None or s.same or s.score >= SUSPECT[s.target]
        ]
        # Places and looks of every track: not needed any more, and the second pass needs room.
        self._edges.clear()
        self._looks = Looks(())

    # --- pixels ---------------------------------------------------------------------------

    def _compare(self, index: int, both: Both, mask: Mask) -> None:
        if self._plan is None:
            self._elsewhere.see(index, both, mask())
            self.let_go.see(index, both.luma[0], [], mask)
            return
        regions = self._plan.regions_at(index)
        self._elsewhere.see(index, both, drawn_around(mask()) if regions else None)
        for region in regions:
            if not_drawn(both, region.box):
                self.undrawn[region.track].append((index, region.box))
        self.let_go.see(index, both.luma[0], regions, mask)

    def checks(self) -> list[Check]:
        """Is the picture outside the masks the source's?"""
        return [self._elsewhere.check()]

    # --- detectors ------------------------------------------------------------------------

    def _look(self, pair: Pair, shown: NDArray[np.uint8], core: Mask) -> None:
        output, index = pair.output, pair.index
        assert output is not None
        whole = self._rhythm.whole(index, output.damaged)
        every = LOOK_EVERY[self._settings.sensitivity]
        near = self._edges.get(index, [])
        plan = self._plan if pair.source is not None else None
        fitting = [] if plan is None else fits(plan, index, every)
        if not (whole or near or fitting):
            return
        mask, kept = Packed(core()), self._covers.kept(index)
        if whole:
            self._whole(output, index, mask, kept)
        for places, frame, fit in ((near, output, False), (fitting, pair.source, True)):
            if not places or frame is None:
                continue
            rgb = self._eyes.painter.rgb(frame)
            for place in places:
                batch = self._eyes.close.batch
                window = Window.around(place.box, _ROOM[place.track.target])
                seen = self._eyes.close.add(rgb, window)
                hidden = place.box if fit else None
                self._pending.append(
                    _Pending(batch, index, [seen], mask, kept, hidden, place.track)
                )
                if not fit:
                    self._looks.search(place.track.id, index, place.box, shown)
        batch = self._eyes.close.batch
        self._settle([p for p in self._pending if p.batch < batch])
        self._pending = [p for p in self._pending if p.batch >= batch]

    def _whole(self, output: Frame, index: int, mask: Packed, kept: list[Region]) -> None:
        self.whole += 1
        found = list(self._eyes.look(output))
        if self._rhythm.fine(output.time):
            self.fine += 1
            found += self._eyes.look_finely(output)
        outside = [
            g
            for g in found
            if share_covered(mask, g.box) < OUTSIDE and not by_decision(g.target, g.box, kept)
        ]
        if outside:
            rgb = self._eyes.painter.rgb(output)
            for g in distinct(outside):
                self._queue(rgb, index, g, mask, kept)

    def _queue(
        self,
        rgb: NDArray[np.uint8],
        index: int,
        g: Glimpse,
        mask: Packed,
        kept: list[Region],
    ) -> None:
        """A second, close look at a glimpse, on two scales."""
        close, batch = self._eyes.close, self._eyes.close.batch
        windows = [Window.around(g.box, times) for times in VIEWS[g.target]]
        seen = [close.add(rgb, w, g.turns) for w in windows]
        self._pending.append(_Pending(batch + 1, index, seen, mask, kept, glimpse=g))

    def _settle(self, answered: list[_Pending]) -> None:
        """Turn what close looks have answered into sightings."""
        for p in answered:
            if p.glimpse is not None:
                self._glimpsed(p, p.glimpse)
            else:
                self._expected(p)

    def _glimpsed(self, p: _Pending, g: Glimpse) -> None:
        """A glimpse counts when the close looks agree, or when the second detector made it."""
        box, score = agreed(g.box, g.target, p.seen)
        second = g.second
        if seen_by_ours(score, g.ours) < SUSPECT[g.target] and second < SUSPECT_SECOND:
            return
        cover = share_covered(p.mask, box)
        if cover < OUTSIDE and not by_decision(g.target, box, p.kept):
            self.sightings.append(
                Sighting(p.index, box, score, second, g.target, cover, turns=g.turns, whole=g.ours)
            )

    def _expected(self, p: _Pending) -> None:
        """Whatever a close look at an expected place sees there, covered or half covered."""
        for s in p.seen[0]:
            if s.box.height < LEAST_SIDE[s.target] or by_decision(s.target, s.box, p.kept):
                continue
            there = p.fits
            same = p.track is not None and s.target is p.track.target
            own = there is not None and there.iou(s.box) > 0 and same
            track = p.track.id if p.track is not None and same and there is None else None
            if own:
                cover = share_covered(p.mask, s.box.grown(-FIT_CORE))
                seen = s.score >= FIT_SCORE[s.target] and cover < FITS
            else:
                cover = share_covered(p.mask, s.box)
                least = SUSPECT if track is None else SAME_SUSPECT
                seen = s.score >= least[s.target] and cover < OUTSIDE
            if seen:
                self.sightings.append(
                    Sighting(
                        p.index, s.box, s.score, 0.0, s.target, cover, misfit=own, beside=track
                    )
                )

    def _compared(self, s: Sighting) -> Sighting:
        """A sighting beside a track, with its likeness to what the track hides."""
        if s.beside is None:
            return s
        found = self._looks.likeness(s.beside, s.frame)
        same = found is not None and found.value >= ALIKE and found.box.iou(s.box) >= SAME_PLACE
        return replace(s, same=same)


def size_check(source: tuple[int, int], output: tuple[int, int]) -> Check:
    """Is the output as large as the upright source?"""
    (a, b), (c, d) = source, output
    return Check(
        "size", source == output, f"{c}×{d}" if source == output else f"{c}×{d}, not {a}×{b}"
    )
