"""What of a fixed camera's text is burnt into the picture: where nothing moves, its looks tell.

A caption is written by a program: exactly level, in letters of full contrast and brightness, along
the upper or lower border of the picture. A sign is as bright as the light on it, and stands where
it was put up. All numbers were chosen on the labelled clips of dev and of street footage
(`python -m lab.texts`).
"""

from __future__ import annotations

from typing import Final

from .date_and_time import is_clock
from .reader import Text

CAPTION_BORDER: Final = 0.16
"""Share of the picture's height at its upper and lower border in which captions stand."""

SLANT: Final = 0.2
"""Of its height by which a level line may rise or fall from end to end: as exactly as its corners
are found."""

CAPTION_LIGHT: Final = 180
CAPTION_CONTRAST: Final = 80
"""Grey levels of its lightest pixels, and between these and its darkest."""


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
