"""The body of a person or a vehicle: evidence for where faces and plates are, never hidden."""

from __future__ import annotations

from dataclasses import dataclass

from .boxes import Box
from .track import Keyframes


@dataclass(frozen=True, slots=True)
class Body:
    """One person, or one vehicle, within one shot, detected a few times a second.

    Attributes:
        vehicle: True for a vehicle, False for a person.
        keyframes: one per detection, with the network's raw score, in upright source pixels and
            rising frame order; at least one. Between two keyframes the body moves linearly.
    """

    vehicle: bool
    keyframes: Keyframes

    @property
    def first(self) -> int:
        """Frame of the first detection."""
        return self.keyframes.frames[0]

    @property
    def last(self) -> int:
        """Frame of the last detection."""
        return self.keyframes.frames[-1]

    @property
    def score(self) -> float:
        """Raw score of the surest detection."""
        return max(key.score or 0.0 for key in self.keyframes)

    def at(self, frame: int) -> Box | None:
        """Its box in a frame; None before the first detection and after the last."""
        key = self.keyframes.at(frame)
        return None if key is None else key.box
