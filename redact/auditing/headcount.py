"""Accounts for everybody: each detected body must have a hidden head or be too small to be
recognised; otherwise it is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..plan import HIDDEN_SHARE
from ..record import BodiesPart
from ..risk import LEAST_HEIGHTS
from ..track import Remembered, head_places, heads_on_bodies, shrink
from ..types import (
    DOUBTFUL,
    EVERYWHERE,
    NEARBY_IOU,
    Box,
    Detections,
    Frame,
    Keyframe,
    Region,
    Scope,
    State,
    Target,
    Track,
)
from .limits import CANDIDATE, SAME_SECONDS
from .what_is_hidden import Covers, MakeMask, by_decision, shares_covered

Suspicion = tuple[float, Target, int, Box]
"""Probability that something is visible, its target, frame, and box in upright source pixels."""


class BodyDetectors(Protocol):
    """Detects bodies and heads on them: `AuditDetectors`."""

    def bodies(self, frame: Frame) -> NDArray[np.float64]:
        """Boxes [N, 4] of bodies that are more likely people than not."""

    def heads(self, frame: Frame, bodies: NDArray[np.float64]) -> Detections:
        """Detect faces, or heads, at the tops of bodies [N, 4]."""


class Headcount:
    """Counts the bodies in pictures that are scanned as a whole.

    Args:
        detectors: of the audit.
        target: that is hidden of people: faces or heads.
        covers: says what is hidden, and what is visible by decision.
        masks: frame → its regions.
        scope: of the search.

    Attributes:
        suspicions: faces and heads that may be visible.
    """

    def __init__(
        self,
        detectors: BodyDetectors,
        target: Target,
        covers: Covers,
        masks: Callable[[int], Sequence[Region]],
        scope: Scope = EVERYWHERE,
    ) -> None:
        self._detectors, self._target, self._covers = detectors, target, covers
        self._masks, self._scope = masks, scope
        self._shrinker = VideoReformatter()
        self._bodies = Remembered[NDArray[np.float64]](
            lambda bodies: bodies.astype(np.float32), SAME_SECONDS
        )
        self.suspicions: list[Suspicion] = []
        self._pictures = self._hidden = self._small = self._bare = 0

    @property
    def counted(self) -> BodiesPart:
        """The counts over all pictures so far."""
        return BodiesPart(self._pictures, self._hidden, self._small, self._bare)

    def scan(self, shown: Frame, mask: MakeMask) -> None:
        """Account for the bodies of a frame, given what makes its mask."""
        self._pictures += 1
        picture = shrink(shown, self._shrinker, shown.seconds)
        bodies = self._bodies.of(picture, lambda: self._detectors.bodies(shown))
        places = head_places(bodies)
        kept = self._covers.kept(shown.index)
        asked = np.array([self._scope.holds(Box(*place)) for place in places.tolist()], np.bool_)
        asked &= ~heads_on_bodies(bodies, _boxes(kept)).any(axis=1)
        bodies, places = bodies[asked], places[asked]
        if not len(bodies):
            return
        # The head's place is a guess, so a mask beside it may be the one of this body.
        covered = shares_covered(mask(), places) >= HIDDEN_SHARE
        covered |= heads_on_bodies(bodies, _boxes(self._masks(shown.index))).any(axis=1)
        small = places[:, 3] - places[:, 1] < LEAST_HEIGHTS[self._target]
        bare = bodies[~covered & ~small]
        self._hidden += int(covered.sum())
        self._small += int((small & ~covered).sum())
        seen = self._detectors.heads(shown, bare)
        outside = shares_covered(mask(), seen.xyxy) < HIDDEN_SHARE
        seen = seen.select(outside & (seen.score >= CANDIDATE))
        self._bare += len(bare)
        self.suspicions += [
            (float(seen.score[i]), self._target, shown.index, seen.box(int(i)))
            for i in np.flatnonzero(heads_on_bodies(bare, seen.xyxy.astype(np.float64)).any(axis=0))
            if not by_decision(self._target, seen.box(int(i)), kept)
        ]

    def tracks(self, seen: Iterable[Track]) -> list[Track]:
        """A track for each person who is probably visible and is in none of the tracks `seen`."""
        found = list[Track]()
        for probability, target, frame, box in self.suspicions:
            others = [t for t in (*seen, *found) if (t.certainty or 0) >= DOUBTFUL]
            keys = [key for t in others if (key := t.at(frame)) is not None]
            known = any(key.box.iou(box) >= NEARBY_IOU for key in keys)
            if probability >= DOUBTFUL and not known:
                key = Keyframe(frame, box, State.DETECTED, probability)
                found.append(Track(1, target, (key,), certainty=probability))
        return found


def _boxes(regions: Sequence[Region]) -> NDArray[np.float64]:
    """Boxes of regions, float64 [N, 4]."""
    return np.array([region.box for region in regions], np.float64).reshape(-1, 4)
