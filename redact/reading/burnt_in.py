"""Tells captions from signs by appearance, for cameras that do not move.

A caption is drawn by a program: exactly level, at full contrast and brightness, along the upper or
lower border of the picture. A sign is as bright as the light on it and can be anywhere. All
numbers were chosen on labelled clips of dev and of street footage (`python -m lab.texts`).
"""

from __future__ import annotations

from typing import Final

from .date_and_time import is_clock
from .reader import Text

CAPTION_BORDER: Final = 0.16
"""Height of the strips along the upper and lower border that hold captions, as a share of the
picture's height."""

SLANT: Final = 0.2
"""Most that a level line may rise or fall from end to end, as a share of its height: the precision
of its corners."""

CAPTION_LIGHT: Final = 180
CAPTION_CONTRAST: Final = 80
"""Least grey level of a caption's lightest pixels, and least difference to its darkest."""


def looks_burnt_in(line: Text, height: int) -> bool:
    """Whether a line that does not move looks like a caption.

    Args:
        line: as it was read.
        height: of the picture, in its pixels.
    """
    dark, light = line.levels
    level = abs(float(line.corners[1, 1] - line.corners[0, 1])) <= SLANT * line.height
    if not level or light - dark < CAPTION_CONTRAST:
        return False
    at_border = min(line.box.y1, height - line.box.y2) <= CAPTION_BORDER * height
    return is_clock(line.text) or (at_border and light >= CAPTION_LIGHT)
