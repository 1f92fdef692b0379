"""Second pass: suspects are looked at frame by frame, closely and by both detectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Box, Region, Target
from .close import SLANTS, VERIFIED_LEAST, VERIFIED_VIEWS, VIEWS, Seen, Window, agreed, alike
from .cover import Covers, Packed, by_decision, share_covered
from .eyes import Eyes
from .limits import FIT_CORE, FITS, OUTSIDE
from .lockstep import Pair
from .pixels import luma
from .suspects import Suspect

REACH: Final = 10
"""Frames before the first and after the last sighting that are looked at: more than lies between
two whole looks."""

_MOST_BETWEEN: Final = 8
"""Frames inside a long suspect that are looked at again, the best seen ones; its ends are looked
at frame by frame all the same."""

_ASKED_FRAMES: Final = 6
"""Frames of a suspect that are shown to the second detector and to the verifier, the best seen
ones: each costs as much for one place as our network for sixteen."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What close looks saw of a suspect in one frame.

    Attributes:
        frame: index of the source frame.
        box: best detection like the suspect, or where it was expected.
        ours: mean of our detector's scores over the views, 0 where a mask covers the place or
            it is a subject that stays visible by decision.
        second: score of the second detector, 0 likewise or where it was not asked.
        verified: score of the verifier, 0 likewise.
    """

    frame: int
    box: Box
    ours: float
    second: float
    verified: float = 0.0


@dataclass(frozen=True, slots=True)
class _Open:
    """A close look that may not be answered yet, and what is needed to judge the answer.

    Attributes:
        seen: answers, a list for each view, for each slant.
    """

    suspect: int
    frame: int
    expected: Box
    seen: list[list[list[Seen]]]
    second: float
    verified: float
    mask: Packed
    kept: list[Region]


class Recheck:
    """Takes pairs of frames one by one and gathers evidence on every suspect.

    Attributes:
        evidence: for each suspect, in order of frame.
        last: no frame after this one is needed.
    """

    def __init__(self, suspects: Sequence[Suspect], covers: Covers, eyes: Eyes) -> None:
        self._suspects = suspects
        self._covers = covers
        self._eyes = eyes
        self._due: dict[int, list[int]] = defaultdict(list)
        self._asked: list[frozenset[int]] = []
        for n, suspect in enumerate(suspects):
            for frame in _frames(suspect):
                self._due[frame].append(n)
            ranked = sorted(suspect.sightings, key=lambda s: -max(s.score, s.second))
            best = [s.frame for s in ranked[:_ASKED_FRAMES]]
            near = [best[0] + d for d in (1, -1, 2, -2, 3)]
            self._asked.append(frozenset([*best, *near][:_ASKED_FRAMES]))
        self.last = max(self._due, default=-1)
        self.evidence: list[list[Evidence]] = [[] for _ in suspects]
        self._open: list[_Open] = []

    def add(self, pair: Pair) -> None:
        """Look at the suspects that are due in this frame."""
        due = self._due.get(pair.index, [])
        if not due or pair.output is None:
            return
        shown = luma(pair.output)
        original = luma(pair.source) if pair.source is not None else shown
        mask = Packed(self._covers.mask(pair.index, original, shown))
        pictures: dict[bool, NDArray[np.uint8]] = {}
        for n in due:
            suspect = self._suspects[n]
            frame = pair.source if suspect.misfit else pair.output
            if frame is None:
                continue
            if suspect.misfit not in pictures:
                pictures[suspect.misfit] = self._eyes.painter.rgb(frame)
            self._look(n, pair.index, pictures[suspect.misfit], mask)
        self._verify(pair.index, pictures)
        if len(self._open) >= 16:
            self.finish()

    def _verify(self, frame: int, pictures: dict[bool, NDArray[np.uint8]]) -> None:
        """Ask the verifier about this frame's suspects, where the close looks see them."""
        asked = [
            n
            for n, look in enumerate(self._open)
            if look.frame == frame and frame in self._asked[look.suspect]
        ]
        if asked:
            self._eyes.close.flush()
        for n in asked:
            look, suspect = self._open[n], self._suspects[self._open[n].suspect]
            box, _ = self._answer(look)
            cut = partial(Window.cut, rgb=pictures[suspect.misfit], turns=suspect.best.turns)
            windows = [
                Window.around(box, v, VERIFIED_LEAST) for v in VERIFIED_VIEWS[suspect.target]
            ]
            views = [cut(w, mirrored=mirrored) for w in windows for mirrored in (False, True)]
            scores = self._eyes.verifier.scores(np.stack(views))[:, suspect.target]
            self._open[n] = replace(look, verified=float(scores.mean()))

    def _answer(self, look: _Open) -> tuple[Box, float]:
        """What our detector says of a place: the best box, and its score over the views."""
        # What was sighted beside a kept subject may turn out to be that subject; of what else is
        # seen there, nothing is lost.
        target = self._suspects[look.suspect].target
        answers = [
            agreed(
                look.expected,
                target,
                [[s for s in v if not by_decision(target, s.box, look.kept)] for v in views],
            )
            for views in look.seen
        ]
        return max(answers, key=lambda a: a[1])

    def finish(self) -> None:
        """Judge everything that is still open."""
        self._eyes.close.flush()
        for look in self._open:
            suspect = self._suspects[look.suspect]
            box, ours = self._answer(look)
            second, verified = look.second, look.verified
            if suspect.misfit:
                hidden = share_covered(look.mask, box.grown(-FIT_CORE)) >= FITS
            else:
                hidden = share_covered(look.mask, box) >= OUTSIDE
            if hidden:
                ours = second = verified = 0.0
            self.evidence[look.suspect].append(Evidence(look.frame, box, ours, second, verified))
        self._open.clear()

    def _look(self, n: int, frame: int, rgb: NDArray[np.uint8], mask: Packed) -> None:
        suspect = self._suspects[n]
        expected, turns = suspect.box_at(frame), suspect.best.turns
        windows = [Window.around(expected, times) for times in VIEWS[suspect.target]]
        # A chance pattern seldom survives being mirrored; the network was trained on both ways.
        seen = [
            [
                self._eyes.close.add(rgb, window, turns, mirrored, slant)
                for window in windows
                for mirrored in (False, True)
            ]
            for slant in SLANTS[suspect.target]
        ]
        second, kept = 0.0, self._covers.kept(frame)
        if suspect.target is Target.FACE and frame in self._asked[n]:
            faces = self._second(rgb, windows[0], expected, turns)
            second = max(
                (s for b, s in faces if not by_decision(suspect.target, b, kept)), default=0.0
            )
        self._open.append(_Open(n, frame, expected, seen, second, 0.0, mask, kept))

    def _second(
        self, rgb: NDArray[np.uint8], window: Window, expected: Box, turns: int
    ) -> list[tuple[Box, float]]:
        """What the second detector sees that is like the expected box, in source pixels."""
        if self._eyes.second is None:
            return []
        found = self._eyes.second.detect(window.cut(rgb, turns))
        boxes = [window.to_source(found.box(i), turns) for i in range(len(found))]
        return [(b, float(found.score[i])) for i, b in enumerate(boxes) if alike(expected, b)]


def _frames(suspect: Suspect) -> set[int]:
    """Frames in which a suspect is looked at: all about its ends, the best in between."""
    ends = {
        f for edge in (suspect.first, suspect.last) for f in range(edge - REACH, edge + REACH + 1)
    }
    ranked = sorted(suspect.sightings, key=lambda s: -max(s.score, s.second))
    return {f for f in ends if f >= 0} | {s.frame for s in ranked[:_MOST_BETWEEN]}
