"""Reads plates' numbers, and other text, in decoded frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Scaler
from ..types import Box, Detections, Frame, Rect, Target
from .plate_number import CUT_PLATE, is_plate_number
from .reader import READING_MARGIN, Reader, Text

LEGIBLE: Final = 0.6
"""Score from which a line counts as read. On dev and labelled street footage it reads a number in
35 of 88 tracks of plates, and in one of 254 others, a telephone number."""

LEGIBLE_ON_VEHICLE: Final = 0.5
NUMBER_ON_VEHICLE: Final = 0.9
"""Score from which a line on a vehicle, or on a rider's lower half, counts as read, and the
probability that it is a plate if it reads like a number: of 57 such lines on 526 vehicles and
people of labelled frames (dev and street footage), 53 are on plates; the others are a telephone
number, twice, and the letters of a lorry. Elsewhere signs are written on, too, and `LEGIBLE` is
needed."""

HALF_LEGIBLE: Final = 0.4
HALF_READ: Final = 0.5
"""The same for a line that was read in part: at least three letters, of any kind. On two-wheelers
and riders 2 of 5 such lines are on plates (the others are letters of lorries and of a shop), and
the reader knows no more of a plate that is blurred."""

CONTEXT: Final = 0.05
"""Margin around a changed part that is read with it, as a share of the picture's longer side."""

MOST_IN_PARTS: Final = 0.4
"""Share of the picture up to which only its changed parts are read. Beyond it, reading the whole
picture costs less: parts overlap, and a part that cuts a line makes all of it be read anyway. It
affects cost alone."""

CUT_EDGE: Final = 3.0
"""Pixels from the border of a part, or picture, within which a line counts as cut off."""


class NumberReader:
    """Reads text in frames. The networks are loaded on first use.

    Args:
        threads: see `Reader`.
    """

    name: Final = Reader.name

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads
        self._reader: Reader | None = None
        self._scaler = Scaler()

    @property
    def reader(self) -> Reader:
        """Raises ModelError, DependencyError: see `Reader`."""
        if self._reader is None:
            self._reader = Reader(self._threads)
        return self._reader

    def legible(self, frame: Frame, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """bool [N], whether a plate's number can be read at each place. The number may fill any
        share of the place: of a number in two lines, one may be read alone.

        Args:
            frame: upright.
            boxes: [N, 4], upright source pixels.

        Raises:
            UnsafeError: if the frame cannot be converted or a network fails.
            ModelError, DependencyError: see `Reader`.
        """
        if not len(boxes):
            return np.zeros(0, np.bool_)
        rgb = self._seen(frame)
        cut = [_at_border(box, frame.size) for box in boxes]
        read = [self.reader.read_place(rgb, box) for box in boxes]
        return np.array([bool(number_in(*one)) for one in zip(read, cut, strict=True)])

    def numbers(self, frame: Frame, vehicles: NDArray[np.float64]) -> Detections:
        """Plates on vehicles, found by their numbers; scores are probabilities, `NUMBER_ON_VEHICLE`
        where a number was read and `HALF_READ` where only some letters were.

        Args:
            frame: upright.
            vehicles: [N, 4], vehicles, or riders' lower halves, upright source pixels.

        Raises:
            UnsafeError, ModelError, DependencyError: see `legible`.
        """
        if not len(vehicles):
            return Detections.empty()
        rgb = self._seen(frame)
        found = [
            (*_plate_around(line), chance)
            for vehicle in vehicles
            for line in self.reader.read_closely(rgb, vehicle)
            if (chance := _number_on_vehicle(line, frame.size))
        ]
        rows = np.array(found, np.float32).reshape(-1, 5)
        return Detections(rows[:, :4], rows[:, 4], np.full(len(rows), Target.PLATE, np.int8))

    def lines(self, frame: Frame, areas: Sequence[Rect] | None = None) -> list[Text]:
        """All lines of text in a frame; see `Reader.read`.

        Args:
            frame: upright.
            areas: to read, in upright source pixels; lines elsewhere may be returned or not. None
                reads the whole frame.

        Raises:
            UnsafeError, ModelError, DependencyError: see `legible`.
        """
        rgb = self._seen(frame)
        parts = [_with_context(area, frame.size) for area in areas or ()]
        whole = frame.size[0] * frame.size[1]
        if areas is None or sum(p.width * p.height for p in parts) > MOST_IN_PARTS * whole:
            return self.reader.read(rgb)
        lines = [line for part in parts for line in self.reader.read(rgb, part)]
        if any(_is_cut(line, parts, frame.size) for line in lines):
            return self.reader.read(rgb)
        return lines

    def _seen(self, frame: Frame) -> NDArray[np.uint8]:
        size = frame.size
        return self._scaler.frame(frame.picture).view(Rect(0, 0, *size), size)


def number_in(lines: list[Text], cut: bool = False) -> str:
    """The plate's number in the lines of one place: all of them together, as on a plate of two
    lines, or one of them; "" if there is none.

    Args:
        cut: whether the border of the picture cuts the place.
    """
    legible = [line.text for line in lines if line.score >= LEGIBLE]
    for text in (" ".join(legible), *legible):
        if is_plate_number(text, cut):
            return text
    return ""


def _plate_around(line: Text) -> Box:
    """The plate on which a line is written: letters do not reach its edges."""
    more = READING_MARGIN * line.box.height
    x1, y1, x2, y2 = line.box
    return Box(x1 - more, y1 - more, x2 + more, y2 + more)


def _number_on_vehicle(line: Text, size: tuple[int, int]) -> float:
    """Probability that a line on a vehicle, in a picture of this size, is on a plate, if it was
    read; else 0."""
    if line.score >= LEGIBLE_ON_VEHICLE and is_plate_number(line.text, _at_border(line.box, size)):
        return NUMBER_ON_VEHICLE
    letters = sum(c.isalnum() for c in line.text)
    return HALF_READ if line.score >= HALF_LEGIBLE and letters >= CUT_PLATE else 0.0


def _at_border(box: Iterable[float], size: tuple[int, int]) -> bool:
    """Whether the border of a picture of this width and height may cut a box."""
    x1, y1, x2, y2 = box
    return min(x1, y1, size[0] - x2, size[1] - y2) < CUT_EDGE


def _with_context(area: Rect, size: tuple[int, int]) -> Rect:
    """An area and its surroundings, clipped to the picture."""
    more = round(CONTEXT * max(size))
    return Rect(
        max(0, area.x1 - more),
        max(0, area.y1 - more),
        min(size[0], area.x2 + more),
        min(size[1], area.y2 + more),
    )


def _is_cut(line: Text, parts: Sequence[Rect], size: tuple[int, int]) -> bool:
    """Whether a part cuts off a line: it ends at a border of the part inside the picture."""
    x1, y1, x2, y2 = line.box
    width, height = size
    for part in parts:
        if part.x1 <= (x1 + x2) / 2 < part.x2 and part.y1 <= (y1 + y2) / 2 < part.y2:
            at = (x1 - part.x1, y1 - part.y1, part.x2 - x2, part.y2 - y2)
            inner = (part.x1 > 0, part.y1 > 0, part.x2 < width, part.y2 < height)
            if any(gap < CUT_EDGE and inside for gap, inside in zip(at, inner, strict=True)):
                return True
    return False
