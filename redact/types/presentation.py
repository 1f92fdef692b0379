"""How a player shows a picture: the shape of its pixels, and how it is turned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """One way to show an upright picture.

    Attributes:
        aspect: width ÷ height of a pixel of the upright picture.
        turns: clockwise quarter turns, 0 to 3.
    """

    aspect: float = 1.0
    turns: int = 0

    @property
    def shown_aspect(self) -> float:
        """Width ÷ height of a pixel after the turns."""
        return 1 / self.aspect if self.turns % 2 else self.aspect
