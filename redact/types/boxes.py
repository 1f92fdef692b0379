"""Axis-aligned boxes in upright source pixels, and the detections of one picture as a struct of
arrays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .target import Target

Boxes = NDArray[np.float64]
"""[N, 4] left, top, right, bottom."""

OUTWARD: Final = np.array([-1.0, -1.0, 1.0, 1.0])
"""Sign of the outward direction of each side of a box."""


def union(a: Boxes, b: Boxes) -> Boxes:
    """Smallest box that contains both, row by row."""
    return np.concatenate([np.minimum(a[:, :2], b[:, :2]), np.maximum(a[:, 2:], b[:, 2:])], axis=1)


SAME_PLACE_IOU: Final = 0.5
"""IoU from which two boxes are on the same object: most of each lies in the other."""

NEARBY_IOU: Final = 0.3
"""IoU from which two boxes may be on the same object, if it moved between them or two detections
frame it differently: a face from the eyebrows, or from the hair."""

WHOLE_SHARE: Final = 0.9
"""Share of an object that counts as all of it: nobody is recognised by the rest."""

INSIDE_SHARE: Final = 0.8
"""Share of the smaller of two boxes, inside the other, from which both are one object, or one is a
part of the other. A face that looks over somebody's shoulder sticks out by more, and must stay
hidden."""


class Box(NamedTuple):
    """A box in upright source pixels: x to the right, y down, edges not pixel centres.

    (0, 0, width, height) is the whole picture. Boxes may reach over the border of the picture.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def moved(self, x: float, y: float) -> Box:
        """The box shifted by `x` pixels to the right and `y` down."""
        return Box(self.x1 + x, self.y1 + y, self.x2 + x, self.y2 + y)

    def grown(self, share: float) -> Box:
        """Every side moved outward by `share` of the box's own width or height."""
        dx, dy = self.width * share, self.height * share
        return Box(self.x1 - dx, self.y1 - dy, self.x2 + dx, self.y2 + dy)

    def union(self, other: Box) -> Box:
        """Smallest box that contains both."""
        return Box(
            min(self.x1, other.x1),
            min(self.y1, other.y1),
            max(self.x2, other.x2),
            max(self.y2, other.y2),
        )

    def contains(self, other: Box, slack: float = 0.0) -> bool:
        """Whether `other` lies inside, give or take `slack` pixels."""
        return (
            self.x1 <= other.x1 + slack
            and self.y1 <= other.y1 + slack
            and self.x2 >= other.x2 - slack
            and self.y2 >= other.y2 - slack
        )

    def holds_centre_of(self, other: Box) -> bool:
        """Whether the middle of `other` lies inside."""
        x, y = other.centre
        return self.x1 <= x <= self.x2 and self.y1 <= y <= self.y2

    def common(self, other: Box) -> float:
        """Area in which two boxes overlap, square pixels; 0 where they do not."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        inter = self.common(other)
        union = self.area + other.area - inter
        return inter / union if union > 0 else 0.0

    def lies_on(self, other: Box) -> bool:
        """Whether at least half of the smaller of the two lies in the other."""
        return self.common(other) >= 0.5 * min(self.area, other.area)

    def lerp(self, other: Box, t: float) -> Box:
        """Linear interpolation, `t` from 0 (self) to 1 (other)."""
        return Box(*(a + (b - a) * t for a, b in zip(self, other, strict=True)))


def box_on_the_way(places: Sequence[tuple[int, Box]], frame: int) -> Box:
    """The box of an object in a frame, interpolated linearly between the places before and after
    it; outside them, the first or last place.

    Args:
        places: (frame, box), at least one, rising frames.
    """
    n = bisect_right(places, frame, key=itemgetter(0))
    (a, start), (b, end) = places[max(n - 1, 0)], places[min(n, len(places) - 1)]
    return start.lerp(end, (frame - a) / (b - a)) if b > a else start


class Rect(NamedTuple):
    """A rectangle of whole pixels (or samples): columns x1 to x2 - 1 and rows y1 to y2 - 1."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def width(self) -> int:
        return self.x2 - self.x1

    @property
    def height(self) -> int:
        return self.y2 - self.y1

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def holds_any(self) -> bool:
        """Whether it holds a pixel at all."""
        return self.width > 0 and self.height > 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of an array [rows, columns]."""
        return slice(self.y1, self.y2), slice(self.x1, self.x2)

    def grown(self, x: int, y: int, width: int, height: int) -> Rect:
        """Every side moved outward by `x` or `y`, clipped to a picture of `width` by `height`."""
        return Rect(
            max(0, self.x1 - x),
            max(0, self.y1 - y),
            min(width, self.x2 + x),
            min(height, self.y2 + y),
        )

    def union(self, other: Rect) -> Rect:
        """Smallest rectangle that contains both."""
        return Rect(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))


STANDS_STILL: Final = 0.25
"""Largest distance between detections of an object that stands still, as a share of its height."""


@dataclass(frozen=True, slots=True)
class Detections:
    """N detections in one upright picture.

    Attributes:
        xyxy: float32 [N, 4], left, top, right, bottom in upright source pixels (see `Box`).
        score: float32 [N], 0 to 1.
        target: int8 [N], values of `Target`.

    Raises:
        ValueError: if the arrays disagree in length or hold values that are not finite.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    target: NDArray[np.int8]

    def __post_init__(self) -> None:
        n = len(self.score)
        shapes = self.xyxy.shape, self.target.shape
        if shapes != ((n, 4), (n,)):
            raise ValueError(f"arrays disagree: score {n}, xyxy and target {shapes}")
        # Every comparison with NaN is false, so such a detection would vanish silently: a leak.
        if not all(np.isfinite(part).all() for part in (self.xyxy, self.score)):
            raise ValueError("detections hold values that are not finite")

    @classmethod
    def empty(cls) -> Detections:
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int8))

    @classmethod
    def concat(cls, parts: Sequence[Detections]) -> Detections:
        """All detections of `parts`, in order, duplicates kept."""
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.score for p in parts]),
            np.concatenate([p.target for p in parts]),
        )

    def __len__(self) -> int:
        return len(self.score)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """The detections at a boolean mask or an index array."""
        return Detections(self.xyxy[which], self.score[which], self.target[which])

    def only(self, targets: Sequence[Target]) -> Detections:
        return self.select(np.isin(self.target, [int(t) for t in targets]))

    def box(self, i: int) -> Box:
        return Box(*map(float, self.xyxy[i]))
