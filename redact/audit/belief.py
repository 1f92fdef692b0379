"""How far the detectors and the verifier together believe that a suspect is a face or a plate."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final

from ..types import Target
from .suspects import seen_by_ours

_SUREST: Final = 0.99
"""Scores of the verifier are cut off here and at 1 - this: its odds beyond it mean nothing."""

_READABLE: Final[dict[Target, float]] = {Target.FACE: 24.0, Target.PLATE: 20.0}
"""Height in pixels below which a thing is the harder to tell the smaller it is."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of a suspect, each the mean over its best frames.

    Attributes:
        close: score of our detector in close looks.
        whole: the same in whole upright pictures.
        second: score of the second detector; 0 where it saw nothing, and for plates.
        verified: score of the verifier.
        height: pixels.
        turned: whether it was seen in a picture turned by a quarter.
    """

    close: float
    whole: float
    second: float
    verified: float
    height: float
    turned: bool

    def measures(self, target: Target) -> tuple[float, ...]:
        """The numbers that `WEIGHTS` weigh, in their order."""
        own = seen_by_ours(self.close, self.whole if not self.turned else 0.0)
        sure = min(max(self.verified, 1 - _SUREST), _SUREST)
        small = log(min(1.0, self.height / _READABLE[target]))
        return (1.0, own, self.second, log(sure / (1 - sure)), small, float(self.turned))


WEIGHTS: Final[dict[Target, tuple[float, ...]]] = {
    Target.FACE: (-2.52, 3.69, 1.67, 0.52, 1.79, -0.25),
    Target.PLATE: (-5.25, 9.55, 0.00, 0.56, 0.31, -0.85),
}
"""Of a constant, our detector, the second one, the verifier's log odds, smallness and being turned:
logistic regression by `python -m benchmarks.audit.weigh`, which tells what each is worth."""


def belief(target: Target, clues: Clues) -> float:
    """Log odds that it is one: 0 means as many real ones as mistakes look like this."""
    return sum(w * m for w, m in zip(WEIGHTS[target], clues.measures(target), strict=True))
