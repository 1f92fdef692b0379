"""Numbers by which several modules of the audit judge; the others stand where they are used. What
other values gave stands in `lab/TRIED.md`, "Audit".
"""

from __future__ import annotations

from typing import Final

from ..risk import LEAST_HEIGHTS
from ..settings import Sensitivity
from ..track import MOST_PATIENCE
from ..types import Target

WHOLE_SCAN_EVERY: Final = 4.0
"""Seconds from one scan of the whole picture to the next (`thorough`: half), if anything changed:
once in each scene that a person would call one."""

SAME_SECONDS: Final = MOST_PATIENCE * WHOLE_SCAN_EVERY
"""Seconds for which a picture in which nothing changes is not scanned again: as many times as long
as from one scan to the next as in the search."""

RESCAN_EVERY: Final = 0.4
"""Seconds from one scan to the next where somebody is suspected (`fast`: twice as many; `thorough`:
every frame): two or three scans of whoever shows for a second."""

CANDIDATE: Final = 0.05
"""Probability of one scan from which a place is followed (`lab.audit --half dev`)."""

FITS: Final = 0.8
"""Share of a thing's middle that its mask must cover (`lab.audit --half dev`)."""

CORE: Final = 0.1
"""Taken off every side of a face before that share is measured, share of the box: the boxes of two
scans of one face differ by so much."""

TEXTURE: Final = 3.0
"""Standard deviation of luma (8 bit) below which a place is too flat to tell anything
(`lab.audit.pixels`)."""

DETAIL: Final = 0.7
"""Correlation of output and source from which the source's detail shows (`lab.audit.pixels`)."""


def scan_seconds(sensitivity: Sensitivity) -> float:
    """Seconds from one scan to the next where somebody is suspected."""
    if sensitivity is Sensitivity.THOROUGH:
        return 0.0
    return (2 if sensitivity is Sensitivity.FAST else 1) * RESCAN_EVERY


def least_height(target: Target) -> float:
    """Pixels below which a thing is not reported; 0 for what a person marked."""
    return LEAST_HEIGHTS[target] if target.spec.searched else 0.0
