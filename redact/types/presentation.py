"""The ways in which one picture may be shown to somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """A way of showing an upright picture.

    Attributes:
        aspect: width of a pixel divided by its height.
        upside_down: turned by 180 degrees.
    """

    aspect: float = 1.0
    upside_down: bool = False
