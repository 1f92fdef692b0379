"""A person or vehicle as a whole, known and never hidden."""

from __future__ import annotations

from dataclasses import dataclass

from .boxes import Box
from .track import Keyframes


@dataclass(frozen=True, slots=True)
class Body:
    """One person, or one vehicle, within one shot, as a few looks a second saw it.

    Attributes:
        vehicle: it is a vehicle, and no person.
        looks: where each look saw it, in upright source pixels, with the network's own score; in
            rising frame order, at least one. Between two of them it is on its way from one to the
            other.
    """

    vehicle: bool
    looks: Keyframes

    @property
    def first(self) -> int:
        """Frame of the first look that saw it."""
        return self.looks.frames[0]

    @property
    def last(self) -> int:
        """Frame of the last one."""
        return self.looks.frames[-1]

    @property
    def score(self) -> float:
        """The network's own, in the look that was surest of it."""
        return max(key.score or 0.0 for key in self.looks)

    def at(self, frame: int) -> Box | None:
        """Where it is in a frame; None before the first look that saw it, and after the last."""
        key = self.looks.at(frame)
        return None if key is None else key.box
