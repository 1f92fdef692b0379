"""Numbers of plates at places in decoded frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Scaler
from ..types import Frame, Rect
from .plate_number import is_plate_number
from .reader import Reader, Text

LEGIBLE: Final = 0.6
"""Score from which a line counts as read. Of 88 tracks of plates and 254 of other things on dev and
on street footage labelled by eye, 35 and one read so as a number, that one a telephone's."""

CONTEXT: Final = 0.05
"""Share of the picture's longer side that is read around a part that changed."""

MOST_IN_PARTS: Final = 0.4
"""Share of the picture up to which parts of it are read, and beyond which all of it is: they
overlap, and one of them may cut a line, so that all of it is read besides. It decides cost
alone."""

CUT_EDGE: Final = 3.0
"""Pixels from a part's border within which a line ends there, and not where it was written."""


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
        """[N] whether a plate's number can be read at each place. Of how much of the place it takes
        nothing is asked: of a number in two lines one may be read alone.

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
        return np.array([bool(number_in(self.reader.read_place(rgb, box))) for box in boxes])

    def lines(self, frame: Frame, areas: Sequence[Rect] | None = None) -> list[Text]:
        """All lines of text in a frame; see `Reader.read`.

        Args:
            frame: upright.
            areas: whose lines are wanted, in upright source pixels; others may be there or not.
                None: all of it.

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


def number_in(lines: list[Text]) -> str:
    """The plate's number that lines of one place make, "" if they make none: one of them, or all of
    them together, as on a plate of two lines."""
    legible = [line.text for line in lines if line.score >= LEGIBLE]
    for text in (" ".join(legible), *legible):
        if is_plate_number(text):
            return text
    return ""


def _with_context(area: Rect, size: tuple[int, int]) -> Rect:
    """An area with what lies around it, within the picture."""
    more = round(CONTEXT * max(size))
    return Rect(
        max(0, area.x1 - more),
        max(0, area.y1 - more),
        min(size[0], area.x2 + more),
        min(size[1], area.y2 + more),
    )


def _is_cut(line: Text, parts: Sequence[Rect], size: tuple[int, int]) -> bool:
    """Whether a line ends at a border of a part, and not at one of the picture."""
    x1, y1, x2, y2 = line.box
    width, height = size
    for part in parts:
        if part.x1 <= (x1 + x2) / 2 < part.x2 and part.y1 <= (y1 + y2) / 2 < part.y2:
            at = (x1 - part.x1, y1 - part.y1, part.x2 - x2, part.y2 - y2)
            inner = (part.x1 > 0, part.y1 > 0, part.x2 < width, part.y2 < height)
            if any(gap < CUT_EDGE and inside for gap, inside in zip(at, inner, strict=True)):
                return True
    return False
