"""The score from which a detection starts a track: as a tracklet, which is hidden once it is
believed.
"""

from __future__ import annotations

from ..types import DETECTED_TARGETS, PerKind, Target, probability

STARTS = PerKind(
    "track/starting_score: STARTS",
    {Target.FACE: -3.2, Target.PLATE: -4.2, Target.HEAD: -3.2, Target.PERSON: -3.2},
)
"""Log odds from which a detection may start a tracklet: one face in 25 is real, one plate
in 70; plates are known by a close look, which only a tracklet gets. Heads and people as faces,
whose networks see them too."""

FAINT = PerKind(
    "track/starting_score: FAINT", {t: float(probability(STARTS[t])) for t in DETECTED_TARGETS}
)
"""The same as a probability. Fainter boxes lie all over a picture: they only continue what is
believed, and a part that is looked at may cut through them."""
