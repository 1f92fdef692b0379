"""Draws lines of text on a picture, for stamps and notices."""

from __future__ import annotations

import unicodedata

import cv2
import numpy as np
from numpy.typing import NDArray

from .base import Canvas

FONT = cv2.FONT_HERSHEY_SIMPLEX

SMALLEST_CAPITAL = 9
"""Height, in pixels, of the smallest legible capital."""

_CAPITAL = 22
"""Height, in pixels, of a capital of OpenCV's Hershey font at scale 1."""

_LINE = "ÀÇgjpqy|"
"""The characters that extend farthest above and below the line."""

_BLACK = (0, 0, 0)


def capital_of(height: int, share: float) -> int:
    """Height, in pixels, of capitals that are `share` of a picture's `height`, but legible."""
    return max(SMALLEST_CAPITAL, round(share * height))


def text_size(text: str, capital: int) -> tuple[int, int]:
    """Width and height, in pixels, of a line of text including its dark edge."""
    stroke = _stroke(capital)
    scale = capital / _CAPITAL
    (width, _), _ = cv2.getTextSize(text, FONT, scale, stroke)
    (_, height), below = cv2.getTextSize(_LINE, FONT, scale, stroke)
    return width + 2 * stroke, height + below + 2 * stroke + 1


def can_write(text: str) -> bool:
    """Whether the installed OpenCV has a glyph for every character: from release 5 on it has
    accented letters, before that only ASCII."""
    if text.isascii() or int(cv2.__version__.split(".")[0]) < 5:
        return text.isascii() and text.isprintable()
    missing = _glyph("\uffff")
    return text.isprintable() and all(c == " " or (_glyph(c) != missing).any() for c in text)


def writable(text: str) -> str:
    """The text, without accents if the installed OpenCV cannot write them."""
    if can_write(text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.split())


def _glyph(letter: str) -> NDArray[np.uint8]:
    """A drawn letter, uint8 [48, 64]."""
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
        canvas: the picture. Its masks are drawn over, except where `spared` is set.
        text: the line.
        corner: left and top of the text, in pixels; parts outside the picture are left out.
        capital: height of a capital, in pixels.
        rgb: sRGB colour of the letters, 0 to 255.
        spared: uint8 [H, W], not 0 on pixels that must not change; None for none.
    """
    stroke = _stroke(capital)
    width, height = text_size(text, capital)
    letters: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    scale = capital / _CAPITAL
    below = cv2.getTextSize(_LINE, FONT, scale, stroke)[1]
    start = (stroke, height - below - stroke - 1)
    cv2.putText(letters, text, start, FONT, scale, 255, stroke, cv2.LINE_8)
    # Dilated, not written with a thicker stroke, which would change the spacing of some fonts.
    kernel = np.ones((2 * stroke + 1, 2 * stroke + 1), np.uint8)
    edge = np.asarray(cv2.dilate(letters, kernel), np.uint8)
    for stencil, colour in ((edge, _BLACK), (letters, rgb)):
        _fill(canvas, stencil, corner, colour, spared)


def _stroke(capital: int) -> int:
    """Width, in pixels, of the strokes of letters, and of the dark edge around them."""
    return max(1, round(capital / 12))


def _fill(
    canvas: Canvas,
    stencil: NDArray[np.uint8],
    corner: tuple[int, int],
    colour: tuple[int, int, int],
    spared: NDArray[np.uint8] | None,
) -> None:
    """Colour the pixels that a stencil (uint8 [h, w]) at `corner` marks, and the chroma samples
    that they touch."""
    rows, columns = np.nonzero(stencil)
    rows, columns = rows + corner[1], columns + corner[0]
    height, width = canvas.planes[0].shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    rows, columns = rows[inside], columns[inside]
    if spared is not None:
        free = spared[rows, columns] == 0
        rows, columns = rows[free], columns[free]
    canvas.dot(rows, columns, colour)
