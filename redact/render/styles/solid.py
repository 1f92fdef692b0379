"""One plain colour, optionally with a line of text."""

from __future__ import annotations

import string
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import UsageError
from ...types import Outline, Rect, Target
from ...words import LANGUAGES, problem, words_of
from ..samples import samples_of
from ..shapes import Shape
from ..surroundings import Field
from .base import Canvas
from .lettering import FONT, writable

FIELDS = {"track": ("",), "target": ("", *LANGUAGES), "code": ("",)}
"""Field that a label template may contain in braces → what may follow after a colon. A language
there makes a template give the same words in whatever language redact runs."""

LABEL_WIDTH_SHARE = 0.8
"""Largest width of a label as a share of the mask's box."""
TALLEST_ON_FACE, TALLEST_ON_PLATE = 0.25, 0.45
"""Largest height of a label as a share of the mask's box."""
SMALLEST_SCALE = 0.25
"""Smallest legible scale of OpenCV's Hershey font (5 pixels high)."""


class Solid:
    """One colour for all masks.

    Args:
        rgb: sRGB red, green, blue, 0 to 255.
        label: template of the text on each mask (see `FIELDS`); "" for none. ASCII only, as the
            bundled font has no other characters. With a code, only on masks that have one.
        codes: see `RenderSettings`.

    Attributes:
        asked: tracks whose masks should have a label.
        labelled: those of them on which one was written at least once; masks can be too small.

    Raises:
        UsageError: the colour or the template cannot be drawn.
    """

    name = "solid"
    soft = False

    def __init__(
        self,
        rgb: tuple[int, int, int],
        label: str = "",
        codes: Iterable[tuple[str, str]] = (),
    ) -> None:
        if len(rgb) != 3 or not all(0 <= value <= 255 for value in rgb):
            raise problem(UsageError, "bad_colour", rgb=rgb)
        check_label(label)
        self._rgb = rgb
        self._label = label
        self._codes = dict(codes)
        self.asked: set[int] = set()
        self.labelled: set[int] = set()

    def tone(self, canvas: Canvas) -> Field:
        """Sample values of the colour, float32, one for each plane."""
        return samples_of(self._rgb, canvas.coding, canvas.layout)

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        colour = self.tone(canvas)
        return np.broadcast_to(colour, (grid.height, grid.width, len(colour)))

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        for index, shape in enumerate(shapes):
            text = self._text(shape)
            if not text:
                continue
            self.asked.add(shape.region.track)
            buried = any(_buries(other, shape) for other in shapes[index + 1 :])
            if not buried and write_label(canvas, shape, text, self._contrast(canvas)):
                self.labelled.add(shape.region.track)

    def _text(self, shape: Shape) -> str:
        region = shape.region
        code = region.code or self._codes.get(region.target.word, "")
        if "{code}" in self._label and not code:
            return ""
        return self._label.format(
            track=region.track, target=_Kind(region.target), code=writable(code)
        )

    def _contrast(self, canvas: Canvas) -> float:
        """Luma sample of black or white, whichever contrasts with the colour."""
        red, green, blue = self._rgb
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 140
        ink = (0, 0, 0) if bright else (255, 255, 255)
        return float(samples_of(ink, canvas.coding, canvas.layout)[0])


class _Kind:
    """Formats a kind of target in a label template, in the language after the colon."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def __format__(self, language: str) -> str:
        kind = self._target.word
        return writable(words_of(language).word("target_short", kind)) if language else kind


def check_label(label: str) -> None:
    """Raise UsageError if a label template has unknown fields or characters without a glyph."""
    try:
        fields = [part[1:] for part in string.Formatter().parse(label) if part[1] is not None]
    except ValueError as error:
        raise problem(UsageError, "label_no_template", label=label, error=error) from None
    if any(how not in FIELDS.get(name or "", ()) or turned for name, how, turned in fields):
        raise problem(UsageError, "label_unknown", label=label)
    if not label.isascii() or not label.isprintable():
        raise problem(UsageError, "label_letters", label=label)


def write_label(canvas: Canvas, shape: Shape, text: str, ink: float) -> bool:
    """Write text across the middle of a mask, on the luma of its core only; returns whether there
    was room for it."""
    scale, (width, height) = _fitting(text, shape)
    if scale < SMALLEST_SCALE:
        return False
    rect = shape.rect(canvas.hidden.width, canvas.hidden.height)
    stencil: NDArray[np.uint8] = np.zeros((rect.height, rect.width), np.uint8)
    x, y = shape.box.centre
    corner = round(x - width / 2) - rect.x1, round(y + height / 2) - rect.y1
    thick = max(1, round(scale * 1.6))
    cv2.putText(stencil, text, corner, FONT, scale, 255, thick, cv2.LINE_8)
    stencil &= canvas.hidden.core[rect.slices]
    canvas.planes[0][rect.slices][stencil > 0] = round(ink)
    return bool(stencil.any())


def _buries(upper: Shape, lower: Shape) -> bool:
    """Whether a label in the middle of `lower` would collide with that of `upper`."""
    x, y = lower.box.centre
    return float(upper.radius(np.array([x]), np.array([y]))[0, 0]) < 0.6


def _fitting(text: str, shape: Shape) -> tuple[float, tuple[int, int]]:
    """Font scale at which a text fits on a mask, and its width and height, in pixels."""
    (width, height), _ = cv2.getTextSize(text, FONT, 1.0, 2)
    box = shape.box
    boxed = shape.outline is Outline.BOX
    tallest = TALLEST_ON_PLATE if boxed else TALLEST_ON_FACE
    scale = min(
        LABEL_WIDTH_SHARE * box.width / max(1, width), tallest * box.height / max(1, height)
    )
    return scale, (round(width * scale), round(height * scale))
