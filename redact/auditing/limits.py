"""Thresholds that several modules of the audit share; others are defined where they are used. What
was measured with other values is told by `lab/TRIED.md`.
"""

from __future__ import annotations

from typing import Final

SAME_SECONDS: Final = 16.0
"""Seconds for which an unchanged picture is not scanned again: `MOST_PATIENCE` times the usual
interval between scans, as in the search."""

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
