"""What can be seen in a picture: people, vehicles, movement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from ..detection import People, Scale, Scaler, default_threads
from ..media import Glance
from ..track import ScannedPicture, SmallFrame, cut_between, shrink
from ..types import Rect

PERSON: Final = 0.35
"""Score from which a body counts as a person."""

CLOSER: Final = (Scale(832, tile=416),)
"""Size at which what moves is scanned where no person is found in the whole picture: twice as
large."""

CLOSER_PERSON: Final = 0.45
"""Score from which a body counts there: more that is no person looks like one."""

MOST_MOVING: Final = 0.25
"""Share of the picture up to which what moves is scanned closer: if more of it moves, so does the
camera, and whoever is close enough to be found closer is mostly found without."""

LEAST_MOVING: Final = 0.002
"""Share of the picture in which something moves, at least: a person who is a tenth of it high. What
key pictures of a still scene differ in is less."""

THUMBNAIL: Final = 160
"""Longer side of a thumbnail, in pixels."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in one picture.

    Attributes:
        time: seconds after the first picture of the video.
        people: number of people.
        vehicles: number of vehicles where something moves; parked ones do not count.
        moved: something moves.
        damaged: the picture, or what comes before it, is damaged.
        thumbnail: uint8 [H, W, 3] RGB; None where the picture cannot be decoded.
    """

    time: float
    people: int
    vehicles: int
    moved: bool
    damaged: bool
    thumbnail: NDArray[np.uint8] | None

    @property
    def fullness(self) -> tuple[bool, int, int, bool]:
        """Which of two pictures shows more: the larger one."""
        return self.thumbnail is not None, self.people, self.vehicles, self.moved


class Eyes:
    """Looks at pictures in order.

    Args:
        sample_aspect: width of a pixel divided by its height.

    Attributes:
        cuts: seconds at which another scene begins, rising; each is known one picture later.

    Raises:
        ModelError, DependencyError: the network cannot be loaded.
    """

    def __init__(self, sample_aspect: float) -> None:
        self._people = People(default_threads())
        self._aspect = sample_aspect
        self._scaler, self._reformatter = Scaler(), VideoReformatter()
        self._last: list[SmallFrame] = []
        self.cuts: list[float] = []

    def look(self, glance: Glance) -> Look:
        """Raises UnsafeError if the network fails."""
        if glance.frame is None:
            return Look(glance.time, 0, 0, False, True, None)
        small = shrink(glance.frame, self._reformatter, glance.time)
        picture = self._scaler.frame(glance.frame.picture)
        width, height = picture.size
        whole = Rect(0, 0, width, height)
        areas = self._moving(small, whole)
        bodies = self._people.bodies(picture, self._aspect)
        people = int((~bodies.vehicle & (bodies.score >= PERSON)).sum())
        if not people and 0 < sum(area.pixels for area in areas) < MOST_MOVING * whole.pixels:
            closer = self._scaler.frame(glance.frame.picture, areas)
            found = self._people.scan(closer, CLOSER, self._aspect)
            people = int((found.score >= CLOSER_PERSON).sum())
        vehicles = sum(_touch(box, areas) for box in bodies.xyxy[bodies.vehicle].tolist())
        factor = THUMBNAIL / max(width * self._aspect, height)
        size = max(1, round(width * self._aspect * factor)), max(1, round(height * factor))
        thumbnail = picture.view(whole, size).copy()
        return Look(glance.time, people, vehicles, bool(areas), glance.damaged, thumbnail)

    def _moving(self, small: SmallFrame, whole: Rect) -> list[Rect]:
        """Areas in which this picture differs from the one before; all of it after a cut."""
        self._last = [*self._last[-3:], small]
        last = self._last
        if len(last) == 4 and cut_between(last[:2], last[2:]):
            self.cuts.append(last[2].time)
        if len(last) < 2:
            return []
        areas = ScannedPicture(last[-2]).changed(small, np.zeros((0, 4), np.float32))
        if areas is None:
            return [whole]
        return areas if sum(area.pixels for area in areas) >= LEAST_MOVING * whole.pixels else []


def _touch(box: list[float], areas: list[Rect]) -> bool:
    x1, y1, x2, y2 = box
    return any(a.x1 < x2 and a.x2 > x1 and a.y1 < y2 and a.y2 > y1 for a in areas)
