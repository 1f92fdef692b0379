"""A person or vehicle as a whole, known and never hidden."""

from __future__ import annotations

from dataclasses import dataclass

from .boxes import Box
from .track import Keyframes


@dataclass(frozen=True, slots=True)
class Body:
    """One person, or one vehicle, within one shot, as detected a few times a second.

    Attributes:
        vehicle: it is a vehicle, and no person.
        keyframes: a detection each, in upright source pixels, with the network's own score; in
            rising frame order, at least one. Between two of them it moves on a straight line.
    """

    vehicle: bool
    keyframes: Keyframes

    @property
    def first(self) -> int:
        """Frame of the first detection."""
        return self.keyframes.frames[0]

    @property
    def last(self) -> int:
        """Frame of the last one."""
        return self.keyframes.frames[-1]

    @property
    def score(self) -> float:
        """The network's own, of the surest detection."""
        return max(key.score or 0.0 for key in self.keyframes)

    def at(self, frame: int) -> Box | None:
        """Where it is in a frame; None before the first detection, and after the last."""
        key = self.keyframes.at(frame)
        return None if key is None else key.box
