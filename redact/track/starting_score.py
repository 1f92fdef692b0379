"""The score from which a detection starts a tracklet, which is hidden once it is believed."""

from __future__ import annotations

from ..types import DETECTED_TARGETS, PerKind, Target, probability

STARTING_LOG_ODDS = PerKind(
    "track/starting_score: STARTING_LOG_ODDS",
    {Target.FACE: -3.2, Target.PLATE: -4.2, Target.HEAD: -3.2, Target.PERSON: -3.2},
)
"""Log odds from which a detection may start a tracklet: at this score, one face in 25 is real, and
one plate in 70; plates need a close scan, which only a tracklet gets. Heads and people as faces,
whose networks detect them too."""

STARTING_PROBABILITY = PerKind(
    "track/starting_score: STARTING_PROBABILITY",
    {t: float(probability(STARTING_LOG_ODDS[t])) for t in DETECTED_TARGETS},
)
"""The same as a probability. Fainter boxes lie all over a picture: they only continue believed
tracklets, and the edge of a scanned part may cut through them."""
