"""Where over-redaction comes from: `python -m lab.leak.blame [--every 3]`.

By geometry, without rendering: what each track of `balanced` hides away from any target. A track
whose middle lies on a labelled box in at least `REAL` of its frames is of a real subject, and what
it hides too much is the size of its mask; the others are of something mistaken for one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redact.render import drawn_area_of
from redact.settings import RenderSettings
from redact.types import Region, Track

from .metrics import target_masks
from .redact_tools import RedactTool
from .truth import Truth

REAL = 0.3

Masks = list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""For each frame: pixels on a target, and pixels on or near one."""


def is_real(track: Track, masks: Masks) -> bool:
    """Whether a track is of something labelled."""
    on = 0
    for mark in track.keyframes:
        inside = masks[mark.frame][0]
        height, width = inside.shape
        x, y = mark.box.centre
        on += bool(inside[int(np.clip(y, 0, height - 1)), int(np.clip(x, 0, width - 1))])
    return on >= REAL * len(track.keyframes)


def hidden_by(tracks: Iterable[Track], frame: int, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What these tracks hide in a frame away from any target."""
    height, width = near.shape
    here = [
        Region(t.id, t.target, mark.box, mark.state)
        for t in tracks
        if (mark := t.at(frame)) is not None
    ]
    return drawn_area_of(here, width, height, RenderSettings().margin) & ~near


def shares(clip: Path, truth: Truth, tool: RedactTool) -> tuple[float, float, int]:
    """Mean shares of the picture hidden away from any target: by masks of subjects that are too
    large, by masks of nothing; and how many tracks are of no subject."""
    plan = tool.planned(clip).plan
    masks = [target_masks(truth, n) for n in range(len(plan.source.timeline))]
    real = [t for t in plan.tracks if is_real(t, masks)]
    other = [t for t in plan.tracks if t not in real]
    large, false = [], []
    for frame, (_, near) in enumerate(masks):
        by_real = hidden_by(real, frame, near)
        large.append(by_real.mean())
        false.append((hidden_by(other, frame, near) & ~by_real).mean())
    return float(np.mean(large)), float(np.mean(false)), len(other)


def main() -> None:
    from .__main__ import SEED, find_library
    from .scenes.build import build
    from .scenes.catalogue import specs
    from .tools import cache_folder

    parser = argparse.ArgumentParser(prog="python -m lab.leak.blame", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every n-th clip of the dev half")
    parser.add_argument("--package", action="store_true", help="package pictures only")
    args = parser.parse_args()
    cache, library = cache_folder(), find_library(args.package, "dev")
    wanted = specs()[:: args.every]
    tool = RedactTool("redact-balanced", "balanced", cache / "detections")
    print("| clip | masks of subjects | masks of nothing | such tracks |\n|---|---|---|---|")
    rows = []
    for clip, truth in build(cache / f"clips-{library.name}-{SEED}", library, SEED, wanted):
        large, false, count = shares(clip, truth, tool)
        rows.append((100 * large, 100 * false, count))
        print(f"| {truth.clip} | {100 * large:.1f} % | {100 * false:.1f} % | {count} |", flush=True)
    large, false, count = np.mean(rows, axis=0)
    print(f"| mean of {len(rows)} | {large:.2f} % | {false:.2f} % | {count:.1f} |")


if __name__ == "__main__":
    main()
