"""What of a plan's tracks is written for other tools: the boxes that show something."""

from __future__ import annotations

from typing import Final

from ...types import Box, Keyframe, Track
from ..plan import Plan, SourceRef

_SEEN: Final = 0.1
"""Pixels by which a box must reach into the picture: more than what the numbers of a file
are rounded by, so that no box comes back that hides nothing and is refused."""


def shown_runs(plan: Plan, track: Track) -> list[list[Keyframe]]:
    """A track frame by frame, in runs without a gap, where its box lies in the picture.

    Whoever leaves the picture is followed over its border for a moment. Other tools know no such
    boxes, and `add_imported` refuses them.
    """
    runs: list[list[Keyframe]] = []
    for frame in range(track.first, track.last + 1):
        key = track.at(frame)
        assert key is not None
        if not _shown(key.box, plan.source):
            continue
        if not runs or runs[-1][-1].frame < frame - 1:
            runs.append([])
        runs[-1].append(key)
    return runs


def _shown(box: Box, source: SourceRef) -> bool:
    right, bottom = source.width - _SEEN, source.height - _SEEN
    return box.x1 < right and box.y1 < bottom and box.x2 > _SEEN and box.y2 > _SEEN
