"""Numbers of the tracker, one frozen value per sensitivity, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..settings import Sensitivity

PARTS = frozenset({"low-round", "camera", "follow", "stitch", "padding"})
"""Parts that can be switched off by name, to measure what each is worth."""


COMMON_SIZE = 0.12
"""Geometric mean of width and height, in shares of the picture's longer side, up to which
nothing is doubted for its size."""


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """How tracks are made. Times are in seconds, so that a frame rate changes nothing.

    Attributes:
        sure: score from which a detection of (face, plate) starts a track and is always kept.
        start: score from which detections of (face, plate) may become a track together.
        firm: score that one of these must reach.
        doubt_of_size: added to `sure`, `firm` and `start` for (face, plate) times the size beyond
            `COMMON_SIZE`: a plate that fills the picture is rarely one, and costs the most if
            it is not.
        candidate: score from which a detection of (face, plate) may continue a track.
        keep_all: every detection from `start` on is protected, however alone.
        support: sum of scores of agreeing detections within `support_time` that keeps a
            detection below `sure`.
        support_time: how far agreeing detections may be away.
        lost_time: how long an unseen object may be re-found by its motion alone.
        stitch_time: longest gap over which two tracklets become one object.
        onset: grace time before a track's first sighting.
        ending: grace time after a track's last sighting.
        follow_time: longest time the pixel tracker may go without a detection.
        drift: growth of a box that the pixel tracker found, share of its size on every side: at
            once, per second since a detection, at most. Its error adds up.
        ring_time: how far back small pictures are kept.
        ring_bytes: most memory that they may take.
        stride: detect on every n-th frame where motion allows.
    """

    sure: tuple[float, float] = (0.48, 0.45)
    start: tuple[float, float] = (0.22, 0.2)
    firm: tuple[float, float] = (0.29, 0.26)
    doubt_of_size: tuple[float, float] = (1.0, 1.0)
    candidate: tuple[float, float] = (0.06, 0.06)
    keep_all: bool = False
    support: float = 1.4
    support_time: float = 0.4
    lost_time: float = 0.5
    stitch_time: float = 2.0
    onset: float = 0.4
    ending: float = 0.4
    follow_time: float = 2.0
    drift: tuple[float, float, float] = (0.03, 0.06, 0.12)
    ring_time: float = 3.0
    ring_bytes: int = 64 << 20
    stride: int = 1


def settings_of(sensitivity: Sensitivity) -> TrackSettings:
    """The tracker's numbers for a sensitivity."""
    base = TrackSettings()
    if sensitivity is Sensitivity.FAST:
        return replace(base, stride=2)
    if sensitivity is Sensitivity.THOROUGH:
        return replace(
            base, keep_all=True, doubt_of_size=(0.0, 0.0), stitch_time=3.0, onset=0.6, ending=0.6
        )
    return base
