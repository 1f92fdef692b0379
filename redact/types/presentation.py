"""The ways in which a player may show one picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """A way of showing an upright picture.

    Attributes:
        aspect: width of a pixel of the upright picture divided by its height.
        turns: clockwise quarter turns by which it is turned, 0 to 3.
    """

    aspect: float = 1.0
    turns: int = 0

    @property
    def shown_aspect(self) -> float:
        """Width of a pixel divided by its height once the picture is turned."""
        return 1 / self.aspect if self.turns % 2 else self.aspect
