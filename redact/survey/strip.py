"""The survey as a picture: rows of thumbnails, and under them when there is what."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..render import writable
from ..types import clock
from ..words import word
from .look import THUMBNAIL
from .survey import Kind, Span, Survey

PER_ROW: Final = 10
"""Thumbnails in a row: with them a row is as wide as a screen."""

KIND_COLOURS: Final = {
    Kind.PEOPLE: (230, 159, 0),
    Kind.VEHICLES: (86, 180, 233),
    Kind.MOVEMENT: (150, 150, 150),
    Kind.SPEECH: (0, 158, 115),
    Kind.DAMAGE: (213, 94, 0),
}
"""RGB that colour-blind people can tell apart (Okabe and Ito)."""

_BAR, _LINE, _RIM = 7, 22, 8
"""Heights of a bar and of a line of words, and width of the border, in pixels."""

_INK, _PAPER = (235, 235, 235), (24, 24, 24)


def strip_picture(survey: Survey) -> bytes:
    """PNG, 1616 pixels wide; the words are in the current language."""
    rows = [survey.cells[n : n + PER_ROW] for n in range(0, len(survey.cells), PER_ROW)]
    tall = max(
        (c.best.thumbnail.shape[0] for c in survey.cells if c.best.thumbnail is not None),
        default=THUMBNAIL,
    )
    each = tall + _LINE + (_BAR + 2) * len(KIND_COLOURS) + 2 * _RIM
    height, width = each * len(rows) + 2 * _LINE, THUMBNAIL * PER_ROW + 2 * _RIM
    page = np.full((height, width, 3), _PAPER, np.uint8)
    step = survey.cells[1].start - survey.cells[0].start if len(survey.cells) > 1 else 1.0
    step = max(step, survey.seconds / len(survey.cells))
    for number, row in enumerate(rows):
        top = each * number + _RIM
        for column, cell in enumerate(row):
            left = _RIM + column * THUMBNAIL
            _write(page, clock(cell.start, 0), left, top + _LINE - 6)
            if (small := cell.best.thumbnail) is not None:
                high, wide = small.shape[:2]
                page[top + _LINE : top + _LINE + high, left : left + wide] = small
        first = row[0].start
        for bar, (kind, colour) in enumerate(KIND_COLOURS.items()):
            y = top + _LINE + tall + 2 + bar * (_BAR + 2)
            for span in survey.spans[kind]:
                _bar(page, span, first, step, y, colour)
        for cut in survey.cuts:
            if first <= cut < first + PER_ROW * step:
                x = _RIM + round((cut - first) / step * THUMBNAIL)
                page[top + _LINE + tall : top + each - _RIM, x : x + 2] = _INK
    left, y = _RIM, height - _LINE
    for kind, colour in KIND_COLOURS.items():
        page[y : y + _BAR, left : left + 2 * _BAR] = colour
        name = writable(word("survey_kind", kind))
        left = _write(page, name, left + 2 * _BAR + 6, y + _BAR + 2) + 3 * _RIM
    return cv2.imencode(".png", page[..., ::-1])[1].tobytes()


def _bar(
    page: NDArray[np.uint8],
    span: Span,
    first: float,
    step: float,
    y: int,
    colour: tuple[int, int, int],
) -> None:
    """Draw the part of a span that lies in the row that begins at `first`."""
    x1, x2 = (round((time - first) / step * THUMBNAIL) for time in span)
    x1, x2 = max(0, x1), min(PER_ROW * THUMBNAIL, max(x2, x1 + 1))
    if x1 < x2:
        page[y : y + _BAR, _RIM + x1 : _RIM + x2] = colour


def _write(page: NDArray[np.uint8], text: str, left: int, base: int) -> int:
    """Write a line, and return where it ends."""
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.5
    cv2.putText(page, text, (left, base), font, scale, _INK, 1, cv2.LINE_AA)
    return left + cv2.getTextSize(text, font, scale, 1)[0][0]
