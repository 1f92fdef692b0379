"""How many videos can be worked on at once: one run each, as far as the memory goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ..errors import RedactError
from ..media import probe

BASE: Final = 500_000_000
"""Bytes that one run takes whatever the picture: libraries, models, and a reserve."""

PER_PIXEL: Final = 160
"""Bytes that one run takes for each pixel of the picture: frames on their way through decoder,
detector, tracker and encoder. With `BASE` a seventh to a quarter more than what
`python -m benchmarks.room` measured in `balanced` at 360p, 720p and 1080p (`benchmarks/README.md`,
"Memory")."""


def bytes_for(source: Path) -> int:
    """About how much memory one run on a video takes at its peak."""
    try:
        video = probe(source).video
    except RedactError:
        return BASE
    return BASE + PER_PIXEL * video.width * video.height


def jobs_that_fit(wanted: int, sources: Iterable[Path], free: int | None = None) -> int:
    """Runs at once, at most `wanted` and at least one, whose memory fits beside each other.

    Args:
        wanted: as the user said.
        sources: all videos; any of them may be worked on beside any other.
        free: bytes; None: as the system says.
    """
    videos = list(sources)
    room = free_memory() if free is None else free
    if room is None:
        return max(1, min(wanted, len(videos)))
    largest = sorted(map(bytes_for, videos), reverse=True)[:wanted]
    fitting, taken = 0, 0
    for need in largest:
        taken += need
        if taken > room and fitting:
            break
        fitting += 1
    return max(1, fitting)


def free_memory() -> int | None:
    """Bytes that programs can take without pushing others out; None where it is not known."""
    if sys.platform.startswith("linux"):
        try:
            for line in Path("/proc/meminfo").read_text().splitlines():
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
        except (OSError, ValueError, IndexError):
            return None
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
