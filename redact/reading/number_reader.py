"""Numbers of plates at places in decoded frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Scaler
from ..types import Box, Frame, Rect
from .plate_number import is_plate_number
from .reader import Reader, Text

LEGIBLE: Final = 0.6
"""Score from which a line counts as read. Of 88 tracks of plates and 254 of other things on dev and
on street footage labelled by eye, 35 and one read so as a number, that one a telephone's."""

FILLS: Final = 0.3
"""Share of a place that its lines take from which the place is the plate: of boxes on plates of dev
they take .33 and more, of boxes that hold a plate and much of the car around it .29 and less."""


class NumberReader:
    """Reads plates in frames. The networks are loaded by the first place that is read.

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
        """[N] whether a plate's number can be read at each place.

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
        return np.array([self._is_plate(rgb, box) for box in boxes])

    def lines(self, frame: Frame, parts: Sequence[Rect] | None = None) -> list[Text]:
        """All lines of text in a frame, or in parts of it; see `Reader.read`. Raises as `legible`
        does."""
        rgb = self._seen(frame)
        if parts is None:
            return self.reader.read(rgb)
        return [line for part in parts for line in self.reader.read(rgb, part)]

    def _seen(self, frame: Frame) -> NDArray[np.uint8]:
        size = frame.size
        return self._scaler.frame(frame.picture).view(Rect(0, 0, *size), size)

    def _is_plate(self, rgb: NDArray[np.uint8], box: NDArray[np.float64]) -> bool:
        place = Box(*map(float, box))
        lines = [x for x in self.reader.read_place(rgb, box) if x.score >= LEGIBLE]
        taken = sum(line.box.common(place) for line in lines)
        return taken >= FILLS * place.area and bool(number_in(lines))


def number_in(lines: list[Text]) -> str:
    """The plate's number that lines of one place make, "" if they make none: one of them, or all of
    them together, as on a plate of two lines."""
    legible = [line.text for line in lines if line.score >= LEGIBLE]
    for text in (" ".join(legible), *legible):
        if is_plate_number(text):
            return text
    return ""
