"""Writes words such as "redacted copy" or a case number into a corner of every picture."""

from __future__ import annotations

import cv2
import numpy as np

from ..errors import UsageError
from ..settings import Corner, Stamp
from ..types import Box, Rect
from ..words import problem
from .styles import Canvas
from .styles.lettering import SMALLEST_CAPITAL, can_write, capital_of, text_size, write_words

CAPITAL_SHARE = 1 / 36
"""Height of a capital letter as a share of the picture's height."""

_WHITE = (255, 255, 255)


def check_stamp(stamp: Stamp) -> None:
    """Raise UsageError if a stamp is empty or has characters without a glyph."""
    text = stamp.text
    if not text.strip() or not can_write(text):
        raise problem(UsageError, "stamp_undrawn", text=text)


def require_room(stamp: Stamp | None, width: int, height: int) -> None:
    """Raise UsageError if a stamp is too long for a picture of that size, in pixels."""
    if stamp is None:
        return
    wide = text_size(stamp.text, SMALLEST_CAPITAL)[0]
    if wide > width or height < 2 * SMALLEST_CAPITAL:
        raise problem(
            UsageError,
            "stamp_too_long",
            text=stamp.text,
            width=width,
            height=height,
            letters=len(stamp.text) * width // wide,
        )


def stamp_box(stamp: Stamp, width: int, height: int) -> Box:
    """Box of a stamp in a picture of that size, in pixels."""
    (x, y), capital = _place(stamp, width, height)
    across, down = text_size(stamp.text, capital)
    return Box(x, y, x + across, y + down)


def write_stamp(canvas: Canvas, stamp: Stamp) -> None:
    """Draw a stamp on a frame, in place, after its masks, and only beside them.

    It changes no pixel of a drawn area, so that the audit can still compare the masks, and a mask
    never looks like part of the words.
    """
    hidden = canvas.hidden
    corner, capital = _place(stamp, hidden.width, hidden.height)
    across, down = text_size(stamp.text, capital)
    box = Rect(*corner, corner[0] + across, corner[1] + down)
    rim = hidden.rim
    near = box.grown(rim, rim, hidden.width, hidden.height).slices
    spared = np.zeros_like(hidden.core)
    kernel = np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    spared[near] = cv2.dilate(hidden.core[near], kernel)
    write_words(canvas, stamp.text, corner, capital, _WHITE, spared)


def _place(stamp: Stamp, width: int, height: int) -> tuple[tuple[int, int], int]:
    """Left and top of a stamp, and the height of a capital such that it fits the picture's
    width."""
    capital = capital_of(height, CAPITAL_SHARE)
    while capital > 1 and text_size(stamp.text, capital)[0] > width:
        capital -= 1
    across, down = text_size(stamp.text, capital)
    gap = min(capital // 2, (width - across) // 2)
    left = stamp.corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT)
    top = stamp.corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT)
    x = gap if left else width - across - gap
    y = gap if top else height - down - gap
    return (max(0, x), max(0, y)), capital
