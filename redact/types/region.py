"""One thing to hide in one frame: what the renderer is told."""

from __future__ import annotations

from dataclasses import dataclass

from .box import Box
from .target import State, Target


@dataclass(frozen=True, slots=True)
class Region:
    """One object to hide in one frame.

    Attributes:
        track: id of the track it comes from.
        target: decides the shape of the mask (face: ellipse; plate and region: rounded
            rectangle).
        box: upright source pixels, without margin; the mask contains all of it.
        state: how certain the box is; see `State`.
        label: text that a style may print on the mask; never derived from pixels.
    """

    track: int
    target: Target
    box: Box
    state: State
    label: str = ""
