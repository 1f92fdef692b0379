"""Source and output of every frame, compared pixel by pixel: no detector is asked."""

from __future__ import annotations

from collections import defaultdict

from ..plan import Plan
from ..types import Box
from .between_tracks import between_tracks
from .let_go import LetGo, MakeMask
from .likeness import Looks
from .limits import Limits
from .mask_drawn import not_drawn
from .outside_masks import OutsideMasks, drawn_around
from .planes import Both
from .result import Check
from .schedule import edges

Places = dict[int, list[tuple[int, Box]]]
"""Track id → (frame, box), upright source pixels."""


class Compared:
    """Takes the planes of both pictures, frame by frame in order.

    Args:
        plan: what was to be hidden, None if it is not known.
        limits: see `Limits`.

    Attributes:
        frames: compared so far.
        undrawn: masks under which the source shows.
        looks: what the hidden tracks' pixels look like beside them.
    """

    def __init__(self, plan: Plan | None, limits: Limits) -> None:
        self._plan, self._limits = plan, limits
        self._outside = OutsideMasks(blocks=plan is not None, limits=limits)
        self._let_go = LetGo(limits)
        tracks = () if plan is None else plan.tracks
        self._edges = {} if plan is None else edges(tracks, plan.cuts, limits.edge_frames)
        self.looks = Looks(tracks, limits)
        self.frames = 0
        self.undrawn: Places = defaultdict(list)

    def add(self, index: int, both: Both, mask: MakeMask) -> None:
        """Take the next frame.

        Args:
            index: of the source frame.
            both: its planes and the output's.
            mask: makes its mask.
        """
        self.frames += 1
        source, output = both.luma
        self.looks.see(index, source)
        for place in self._edges.pop(index, ()):
            self.looks.search(place.track, index, place.box, output)
        regions = [] if self._plan is None else self._plan.regions_at(index)
        hidden = mask() if self._plan is None else drawn_around(mask()) if regions else None
        self._outside.see(index, both, hidden)
        for region in regions:
            if not_drawn(both, region, self._limits):
                self.undrawn[region.track].append((index, region.box))
        self._let_go.see(index, source, regions, mask)

    def check(self) -> Check:
        """Is the picture outside the masks the source's?"""
        return self._outside.check()

    @property
    def let_go(self) -> Places:
        """Places that a mask let go of while the picture stayed."""
        return dict(self._let_go.places)

    def between(self) -> Places:
        """Places between two tracks of one subject where it shows."""
        return {} if self._plan is None else between_tracks(self._plan, self.looks, self._limits)
