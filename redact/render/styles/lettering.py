"""Lines of text on a picture: stamps and notices."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...types import Box, Frame
from .base import Canvas

FONT = cv2.FONT_HERSHEY_SIMPLEX

SMALLEST_CAPITAL = 9
"""Height in pixels of a capital that can still be read."""

_CAPITAL = 22
"""Height in pixels of a capital of OpenCV's Hershey font at scale 1."""

_LINE = "ÀÇgjpqy|"
"""Letters that reach as far above and below the line as any."""

_RED, _BLACK = (255, 70, 60), (0, 0, 0)


def capital_of(height: int, share: float) -> int:
    """Height in pixels of the capitals in a picture of `height` pixels."""
    return max(SMALLEST_CAPITAL, round(share * height))


def text_size(text: str, capital: int) -> tuple[int, int]:
    """Width and height in pixels of a line of text with its dark edge."""
    stroke = _stroke(capital)
    scale = capital / _CAPITAL
    (width, _), _ = cv2.getTextSize(text, FONT, scale, stroke)
    (_, height), below = cv2.getTextSize(_LINE, FONT, scale, stroke)
    return width + 2 * stroke, height + below + 2 * stroke + 1


def can_write(text: str) -> bool:
    """Whether the installed OpenCV has a glyph for every letter: from release 5 on it knows those
    with accents, before that ASCII alone."""
    if text.isascii() or int(cv2.__version__.split(".")[0]) < 5:
        return text.isascii() and text.isprintable()
    missing = _glyph("\uffff")
    return text.isprintable() and all(c == " " or (_glyph(c) != missing).any() for c in text)


def writable(text: str) -> str:
    """A text as the installed OpenCV can write it: without accents where it knows none."""
    if can_write(text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.split())


def _glyph(letter: str) -> NDArray[np.uint8]:
    """A letter by itself, uint8 [48, 64]."""
    drawn: NDArray[np.uint8] = np.zeros((48, 64), np.uint8)
    cv2.putText(drawn, letter, (8, 34), FONT, 1, 255, 1, cv2.LINE_8)
    return drawn


def write_words(
    canvas: Canvas,
    text: str,
    corner: tuple[int, int],
    capital: int,
    rgb: tuple[int, int, int],
    spared: NDArray[np.uint8] | None = None,
) -> None:
    """Write a line of text that `can_write`, in place.

    Args:
        canvas: the picture; its masks stay as they are only where `spared` says so.
        corner: left and top of the text in pixels; what lies outside the picture is left out.
        capital: height of a capital in pixels.
        rgb: colour of the letters, 0 to 255.
        spared: uint8 [H, W], not 0 on pixels that stay as they are; None: there are none.
    """
    stroke = _stroke(capital)
    width, height = text_size(text, capital)
    letters: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    scale = capital / _CAPITAL
    below = cv2.getTextSize(_LINE, FONT, scale, stroke)[1]
    start = (stroke, height - below - stroke - 1)
    cv2.putText(letters, text, start, FONT, scale, 255, stroke, cv2.LINE_8)
    # Widened, not written again with a thicker stroke: fonts then set their letters farther apart.
    kernel = np.ones((2 * stroke + 1, 2 * stroke + 1), np.uint8)
    edge = np.asarray(cv2.dilate(letters, kernel), np.uint8)
    for stencil, colour in ((edge, _BLACK), (letters, rgb)):
        _fill(canvas, stencil, corner, colour, spared)


def notice_box(width: int, height: int, text: str) -> Box:
    """Where `write_notice` draws in a picture of that size."""
    (x, y), capital = _notice_place(width, height, text)
    across, down = text_size(text, capital)
    return Box(x, y, x + across, y + down)


def _notice_place(width: int, height: int, text: str) -> tuple[tuple[int, int], int]:
    """Left and top, and the height of a capital: nine tenths of the picture wide at most."""
    capital = capital_of(height, 1 / 24)
    capital = max(1, min(capital, capital * width * 9 // (10 * text_size(text, capital)[0])))
    return ((width - text_size(text, capital)[0]) // 2, capital // 3), capital


def write_notice(frame: Frame, text: str) -> Frame:
    """Draw a text that `can_write` along the upper edge of a frame and return the frame to use.

    Draws into a copy where somebody else refers to the planes, as `Renderer.draw` does. Raises
    UnsafeError for a pixel format that cannot be drawn on.
    """
    picture = frame.picture
    corner, capital = _notice_place(picture.width, picture.height, text)
    write_words(Canvas.of(picture), text, corner, capital, _RED)
    return replace(frame, picture=picture)


def _stroke(capital: int) -> int:
    """Width in pixels of the strokes of letters, and of the dark edge around them."""
    return max(1, round(capital / 12))


def _fill(
    canvas: Canvas,
    stencil: NDArray[np.uint8],
    corner: tuple[int, int],
    colour: tuple[int, int, int],
    spared: NDArray[np.uint8] | None,
) -> None:
    """Set what a stencil (uint8 [h, w]) at `corner` marks, chroma samples where it touches one."""
    rows, columns = np.nonzero(stencil)
    rows, columns = rows + corner[1], columns + corner[0]
    height, width = canvas.planes[0].shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    rows, columns = rows[inside], columns[inside]
    if spared is not None:
        free = spared[rows, columns] == 0
        rows, columns = rows[free], columns[free]
    canvas.dot(rows, columns, colour)
