"""Thresholds that several modules of the audit share; others are defined where they are used. What
was measured with other values is told by `lab/TRIED.md`.
"""

from __future__ import annotations

from typing import Final

from ..settings import Sensitivity
from ..track import MOST_PATIENCE

WHOLE_SCAN_EVERY: Final = 4.0
"""Seconds between two scans of the whole picture (`thorough`: half), if anything changed: about one
per scene as a person would count them."""

SAME_SECONDS: Final = MOST_PATIENCE * WHOLE_SCAN_EVERY
"""Seconds for which an unchanged picture is not scanned again, in proportion to the interval
between scans as in the search."""

RESCAN_EVERY: Final = 0.4
"""Seconds between two scans where somebody is suspected (`fast`: double; `thorough`: every frame):
two or three scans of a person who is visible for a second."""

CANDIDATE: Final = 0.05
"""Probability in one scan from which a place is followed (`lab.audit --half dev`)."""

CORE: Final = 0.1
"""Share of the box to cut off each side of a face before its coverage is measured: the boxes of two
scans of one face differ by that much."""

TEXTURE: Final = 3.0
"""Standard deviation of luma (8 bit) below which a place is too flat to judge
(`lab.audit.pixels`)."""

DETAIL: Final = 0.7
"""Correlation of output and source from which the source's detail is visible
(`lab.audit.pixels`)."""


def scan_seconds(sensitivity: Sensitivity) -> float:
    """Seconds between two scans where somebody is suspected; 0 for every frame."""
    if sensitivity is Sensitivity.THOROUGH:
        return 0.0
    return (2 if sensitivity is Sensitivity.FAST else 1) * RESCAN_EVERY
