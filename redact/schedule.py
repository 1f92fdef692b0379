"""What `--sensitivity` changes, and the only place that knows: at which sizes and how often search
and audit scan, and what leaving somebody open costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .detection import BALANCED_SIZES, THOROUGH_SIZES, Sizes
from .settings import Sensitivity
from .track import TrackSettings


@dataclass(frozen=True, slots=True)
class Schedule:
    """How hard to search.

    Attributes:
        sizes: at which the networks of the search scan a picture.
        tracking: how tracks are made, and how often the search scans.
        audit_every: seconds between two scans of the whole picture by the audit, if anything
            changed: about one per scene as a person would count them.
        audit_suspects_every: seconds between two scans where the audit suspects somebody: two or
            three of a person who is visible for a second; 0: every frame is scanned.
        audit_share: of the search's scans, as many as the audit makes at places: its price.
    """

    sizes: Sizes
    tracking: TrackSettings
    audit_every: float
    audit_suspects_every: float
    audit_share: float


_SCHEDULES: Final = {
    Sensitivity.BALANCED: Schedule(
        BALANCED_SIZES,
        TrackSettings(),
        audit_every=4.0,
        audit_suspects_every=0.4,
        audit_share=0.06,
    ),
    Sensitivity.THOROUGH: Schedule(
        THOROUGH_SIZES,
        TrackSettings(leak_cost=20.0, grace=0.4, small_scan_every=0.0, small_scan_score=0.25),
        audit_every=2.0,
        audit_suspects_every=0.0,
        audit_share=0.12,
    ),
}


def schedule_of(sensitivity: Sensitivity) -> Schedule:
    """The schedule of a sensitivity."""
    return _SCHEDULES[sensitivity]
