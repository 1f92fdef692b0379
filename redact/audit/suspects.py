"""From single sightings to suspects: one place that may be visible, over some frames."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import hypot
from typing import Final

from ..types import Box, Target

LINK_FRAMES: Final = 12
"""Sightings further apart in time than this are different suspects until close looks show that
they are one; two looks may miss between them."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection outside the masks.

    Attributes:
        frame: index of the source frame.
        box: upright source pixels.
        score: close-look score of our detector.
        second: score of the second detector, 0 where it saw nothing or was not asked.
        target: what it is taken for.
        cover: share of the box under masks.
        misfit: seen in the source, partly covered; otherwise seen in the output.
        turns: counter-clockwise quarter turns of the picture in which it was seen.
        beside: id of the track at whose end it was looked for, None elsewhere.
        same: whether it shows the very pixels of what that track hides.
    """

    frame: int
    box: Box
    score: float
    second: float
    target: Target
    cover: float
    misfit: bool = False
    turns: int = 0
    beside: int | None = None
    same: bool = False


@dataclass(slots=True)
class Suspect:
    """Sightings that follow each other in time and place, rising frames, one a frame."""

    target: Target
    misfit: bool
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.sightings[0].frame

    @property
    def last(self) -> int:
        return self.sightings[-1].frame

    @property
    def best(self) -> Sighting:
        return max(self.sightings, key=lambda s: max(s.score, s.second))

    @property
    def same(self) -> bool:
        """Whether it was seen, once at least, to be what a track beside it hides."""
        return any(s.same for s in self.sightings)

    def box_at(self, frame: int) -> Box:
        """Where it should be: on the straight line between sightings, and on beyond them."""
        if len(self.sightings) == 1:
            return self.sightings[0].box
        frames = [s.frame for s in self.sightings]
        i = min(max(bisect_left(frames, frame), 1), len(frames) - 1)
        a, b = self.sightings[i - 1], self.sightings[i]
        # Sizes are kept beyond the ends: a box must not turn inside out.
        near = a if frame < a.frame else b
        if a.frame <= frame <= b.frame:
            return a.box.lerp(b.box, (frame - a.frame) / (b.frame - a.frame))
        (x, y), (u, v) = a.box.centre, b.box.centre
        t = (frame - near.frame) / (b.frame - a.frame)
        dx, dy = (u - x) * t, (v - y) * t
        x1, y1, x2, y2 = near.box
        return Box(x1 + dx, y1 + dy, x2 + dx, y2 + dy)


def gather(sightings: Iterable[Sighting]) -> list[Suspect]:
    """Link sightings greedily in order of frame, best score first within a frame."""
    done: list[Suspect] = []
    live: list[Suspect] = []
    for s in sorted(sightings, key=lambda s: (s.frame, -s.score)):
        ended = [c for c in live if s.frame - c.last > LINK_FRAMES]
        if ended:
            done += ended
            live = [c for c in live if s.frame - c.last <= LINK_FRAMES]
        kin = [c for c in live if c.target is s.target and c.misfit is s.misfit]
        near = max(kin, key=lambda c: _closeness(c, s), default=None)
        if near is None or _closeness(near, s) <= 0:
            live.append(Suspect(s.target, s.misfit, [s]))
        elif near.last == s.frame:
            # The same thing by another eye: keep the better box and both scores.
            near.sightings[-1] = _merged(near.sightings[-1], s)
        else:
            near.sightings.append(s)
    return sorted(done + live, key=lambda c: (c.first, c.target))


def _closeness(suspect: Suspect, s: Sighting) -> float:
    """Positive where a sighting may continue a suspect: the nearer the larger."""
    last = suspect.sightings[-1]
    side = max(last.box.width, last.box.height, s.box.width, s.box.height)
    ratio = s.box.area / max(last.box.area, 1e-6)
    if not 1 / 4 <= ratio <= 4:
        return 0.0
    (x, y), (u, v) = last.box.centre, s.box.centre
    # A walking person moves by about a twentieth of a face's size a frame.
    reach = side * (0.6 + 0.05 * (s.frame - last.frame))
    return 1 - hypot(x - u, y - v) / max(reach, 1e-6)


def _merged(a: Sighting, b: Sighting) -> Sighting:
    return replace(
        a,
        score=max(a.score, b.score),
        second=max(a.second, b.second),
        beside=b.beside if a.beside is None else a.beside,
        same=a.same or b.same,
    )
