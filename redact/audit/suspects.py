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

_SAME_IOU: Final = 0.2
"""Overlap from which two sightings in one frame are of one thing."""

_GROWTH: Final = 3.0
"""Most that the area of one thing's box differs between two sightings."""

_REACH, _REACH_MORE = 0.4, 0.03
"""How far from its place a suspect may be sighted again, in longer sides, and how much farther
with every frame: a walking person moves by about a twentieth of a face's size a frame."""

_PACE_FRAMES: Final = 5
"""Frames over which a suspect's pace is measured, those from one whole look to the next."""

_FASTEST: Final = 0.15
"""Fastest pace that is believed beyond the sightings, longer sides a frame."""

_BEYOND: Final = 10
"""Frames over which a suspect is thought to keep its pace."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection outside the masks.

    Attributes:
        frame: index of the source frame.
        box: upright source pixels.
        score: close-look score of our detector.
        whole: its score in the whole picture, 0 where it did not see it there or did not look.
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
    whole: float = 0.0


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
        """Where it should be: between sightings on the straight line, beyond them on at their pace.

        The pace is that of the sightings nearby, over `_PACE_FRAMES` or more, and no faster than
        `_FASTEST`: of two looks at one face in neighbouring frames, one is a little larger or
        lower, and at that "pace" it would have left the picture ten frames later.
        """
        after = bisect_left(self.sightings, frame, key=lambda s: s.frame)
        if 0 < after < len(self.sightings):
            a, b = self.sightings[after - 1], self.sightings[after]
            return a.box.lerp(b.box, (frame - a.frame) / (b.frame - a.frame))
        inwards = self.sightings if after == 0 else self.sightings[::-1]
        near = inwards[0]
        far = next((s for s in inwards if abs(s.frame - near.frame) >= _PACE_FRAMES), inwards[-1])
        # Sizes are kept beyond the ends: a box must not turn inside out.
        (x, y), (u, v) = near.box.centre, far.box.centre
        frames = max(abs(near.frame - far.frame), _PACE_FRAMES)
        most = _FASTEST * max(near.box.width, near.box.height)
        slower = min(1.0, most * frames / max(hypot(x - u, y - v), 1e-6))
        t = min(abs(frame - near.frame), _BEYOND) / frames * slower
        dx, dy = (x - u) * t, (y - v) * t
        x1, y1, x2, y2 = near.box
        return Box(x1 + dx, y1 + dy, x2 + dx, y2 + dy)


def seen_by_ours(close: float, whole: float) -> float:
    """What close looks and looks at whole pictures say together, scores of our detector.

    The close looks, which were made to tell real subjects from others; where the whole picture
    scores higher, the mean. A large plate is best seen in its surroundings.
    """
    return max(close, (close + whole) / 2)


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
            near.sightings[-1] = _merged(near.sightings[-1], s)
        else:
            near.sightings.append(s)
    return sorted(done + live, key=lambda c: (c.first, c.target))


def _closeness(suspect: Suspect, s: Sighting) -> float:
    """Positive where a sighting may continue a suspect: the nearer the larger.

    Of the two mistakes, joining two people is the worse: between them there is nobody, and that
    is where close looks would be. One person in two suspects is only looked at twice.
    """
    last = suspect.sightings[-1]
    if last.frame == s.frame:
        # The same thing by another eye, or a neighbour's face, which hardly overlaps this one.
        overlap = last.box.iou(s.box)
        return overlap if overlap >= _SAME_IOU else 0.0
    side = max(last.box.width, last.box.height, s.box.width, s.box.height)
    ratio = s.box.area / max(last.box.area, 1e-6)
    if not 1 / _GROWTH <= ratio <= _GROWTH:
        return 0.0
    expected = suspect.box_at(s.frame)
    (x, y), (u, v) = s.box.centre, expected.centre
    (p, q) = last.box.centre
    # Near where it was or where it would be by now; heads in a row are 0.8 and more apart.
    away = min(hypot(x - u, y - v), hypot(x - p, y - q))
    return 1 - away / max(side * (_REACH + _REACH_MORE * (s.frame - last.frame)), 1e-6)


def _merged(a: Sighting, b: Sighting) -> Sighting:
    return replace(
        a,
        score=max(a.score, b.score),
        second=max(a.second, b.second),
        beside=b.beside if a.beside is None else a.beside,
        same=a.same or b.same,
        whole=max(a.whole, b.whole),
    )
