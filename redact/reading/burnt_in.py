"""Tells captions from signs by appearance.

A caption is drawn by a program: level and bright, along the upper or lower border of the picture.
A sign is as bright as the light on it and can be anywhere. All numbers were chosen on labelled
clips of dev and of street footage (`python -m lab.texts`).
"""

from __future__ import annotations

from typing import Final

from ..types import STANDS_STILL
from .date_and_time import is_clock
from .reader import Text

CAPTION_BORDER: Final = 0.16
"""Height of the strips along the upper and lower border that hold captions, as a share of the
picture's height."""

CAPTION_LIGHT: Final = 180
"""Least grey level of a caption's lightest pixels."""


def looks_burnt_in(line: Text, height: int) -> bool:
    """Whether a line that does not move looks like a caption.

    Args:
        line: as it was read.
        height: of the picture, in its pixels.
    """
    level = abs(float(line.corners[1, 1] - line.corners[0, 1])) <= STANDS_STILL * line.height
    at_border = min(line.box.y1, height - line.box.y2) <= CAPTION_BORDER * height
    return level and (is_clock(line.text) or (at_border and line.light >= CAPTION_LIGHT))
