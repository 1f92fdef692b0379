"""From the tracker's tracks to a plan."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from .. import __version__
from ..types import Box, Keyframe, Track
from .damage import whole_pictures
from .plan import DetectionSettings, Plan, SourceRef

_STEPS_PER_PIXEL = 16
"""Boxes are kept to a sixteenth of a pixel: far finer than any mask, short in the file, and a
power of two so that the arithmetic is exact and never rounds inward."""


def build_plan(
    source: SourceRef,
    settings: DetectionSettings,
    tracks: Iterable[Track],
    cuts: Iterable[int],
    unchecked: Iterable[int],
) -> Plan:
    """Number the tracks in order of appearance and round their boxes outward.

    Where the picture is damaged for long, a region hides all of it (`whole_pictures`).

    Rounding outward keeps every box inside its rounded one, and makes the plan in memory equal
    to the one in the file, so that `detect` followed by `apply` is `run` to the bit.
    """
    ordered = sorted(tracks, key=lambda t: (t.first, t.target, t.keyframes[0].box))
    numbered = tuple(
        replace(t, id=n, keyframes=tuple(map(_rounded, t.keyframes)))
        for n, t in enumerate(ordered, start=1)
    )
    damaged = tuple(sorted(set(unchecked)))
    return Plan(
        source=source,
        settings=settings,
        tracks=(
            *numbered,
            *whole_pictures(damaged, source.width, source.height, len(numbered) + 1),
        ),
        cuts=tuple(sorted(set(cuts))),
        unchecked=damaged,
        version=__version__,
    )


def _rounded(key: Keyframe) -> Keyframe:
    down = [math.floor(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in key.box[:2]]
    up = [math.ceil(v * _STEPS_PER_PIXEL) / _STEPS_PER_PIXEL for v in key.box[2:]]
    score = None if key.score is None else round(float(key.score), 4)
    return Keyframe(key.frame, Box(*down, *up), key.state, score)
