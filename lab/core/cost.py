"""What a version of the core costs on labelled frames, beside another, with paired intervals.

The cost of a frame is 10 for each labelled face of 16 px and plate of 8 px that is open, and 1 for
each half percent of the picture that is hidden for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from lab.real.intervals import DRAWS, SEED, Span
from lab.real.judge import FrameScore, judge_frame
from lab.real.labels import LabelledFrame
from lab.real.measure import MaskView
from redact.plan import Plan
from redact.render import mask_of
from redact.settings import RenderSettings

OPEN, STRAY = 10.0, 0.005
"""Cost of an open object, and share of the picture whose hiding for nothing costs 1."""

Figure = Callable[[Sequence[FrameScore]], float]


def judged(plan: Plan, frames: Iterable[LabelledFrame]) -> list[FrameScore]:
    """The labelled frames of a clip, judged by the masks that would be drawn."""
    size, margin = (plan.source.width, plan.source.height), RenderSettings().margin
    found = []
    for frame in frames:
        if frame.frame < len(plan.source.timeline) and frame.size in (None, size):
            hidden = mask_of(plan.regions_at(frame.frame), *size, margin).astype(np.uint8)
            found.append(judge_frame(frame, MaskView(hidden)))
    return found


def cost_of(frame: FrameScore) -> float:
    """See the module."""
    return OPEN * len(frame.leaks) + frame.stray / STRAY


def _open(target: str) -> Figure:
    return lambda frames: sum(o.leaked for f in frames for o in f.objects if o.target == target)


def _median(name: str) -> Figure:
    def figure(frames: Sequence[FrameScore]) -> float:
        found = [ratio for f in frames for ratio in getattr(f, name)]
        return float(np.median(found)) if found else float("nan")

    return figure


FIGURES: dict[str, Figure] = {
    "cost": lambda frames: float(np.mean([cost_of(f) for f in frames])),
    "faces": _open("face"),
    "plates": _open("plate"),
    "heads": lambda frames: sum(o.leaked for f in frames for o in f.heads),
    "stray %": lambda frames: 100 * float(np.mean([f.stray for f in frames])),
    "hidden %": lambda frames: 100 * float(np.mean([f.hidden for f in frames])),
    "÷ face": _median("growth"),
    "÷ plate": _median("plate_growth"),
    "texts": lambda frames: sum(hit for f in frames for hit in f.burnt_all or f.burnt),
}


def difference(
    figure: Figure, before: Sequence[FrameScore], after: Sequence[FrameScore]
) -> tuple[float, Span]:
    """How much larger a figure is after than before, and its 95 % interval: clips are resampled,
    the same for both."""
    clips = sorted({f.clip for f in before} & {f.clip for f in after})
    mine = [[[f for f in part if f.clip == c] for c in clips] for part in (before, after)]
    draws = np.random.default_rng(SEED).integers(len(clips), size=(DRAWS // 4, len(clips)))

    def apart(rows: Iterable[int]) -> float:
        one, other = ([f for n in rows for f in part[n]] for part in mine)
        return figure(other) - figure(one)

    spread = np.nanpercentile([apart(draw.tolist()) for draw in draws], (2.5, 97.5))
    return apart(range(len(clips))), (float(spread[0]), float(spread[1]))
