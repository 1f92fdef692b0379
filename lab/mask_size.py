"""What each step adds to the masks of a video: `python -m lab.mask_size VIDEO [--track N]`.

Searches the video as `redact run` does and prints, for every track, the median area of its boxes
after each step of `redact.mask_size`, relative to the detected boxes. `--at SECONDS` prints the
boxes of one moment instead.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np

from redact.mask_size import KEYFRAME_SLACK, MARGIN, Sighted, steps, with_margin
from redact.media import probe
from redact.pipeline import detect
from redact.pipeline.journal import Journal
from redact.plan import Plan
from redact.progress import Silent
from redact.settings import DetectSettings
from redact.track import box_per_frame
from redact.types import OUTWARD, Box, Boxes, Target


def recorded(
    video: Path, settings: DetectSettings
) -> tuple[Plan, list[tuple[Sighted, dict[str, Boxes]]]]:
    """The plan of a video, and every track that the search kept, with its boxes after each step."""
    found: list[tuple[Sighted, dict[str, Boxes]]] = []

    def enlarged(seen: Sighted) -> Boxes:
        found.append((seen, dict(steps(seen))))
        return found[-1][1]["steady"]

    with patch.object(box_per_frame, "enlarged", enlarged):
        plan = detect(probe(video), settings, Journal(Silent()))
    return plan, found


def drawn(target: Target, of: dict[str, Boxes]) -> Iterator[tuple[str, Boxes]]:
    """The steps of a track's mask, and those that the renderer adds."""
    yield from of.items()
    size = np.tile(of["steady"][:, 2:] - of["steady"][:, :2], 2)
    slack = of["steady"] + OUTWARD * size * KEYFRAME_SLACK
    yield "slack", slack
    yield "margin", np.array([with_margin(Box(*row), MARGIN, target) for row in slack])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--track", type=int, help="this one alone, in order of appearance")
    parser.add_argument("--at", type=float, metavar="SECONDS", help="the boxes of one moment")
    options = parser.parse_args()
    _, found = recorded(options.video, DetectSettings())
    objects = sorted(found, key=lambda o: o[0].times[0])
    for number, (seen, of) in enumerate(objects, start=1):
        if options.track not in (None, number):
            continue
        when = f"{seen.times[0]:.2f} to {seen.times[-1]:.2f} s"
        print(f"{number} {seen.target.word}, {when}, {len(seen.detected)} detections")
        row = None if options.at is None else int(np.abs(seen.times - options.at).argmin())
        for name, boxes in drawn(seen.target, of):
            if row is not None:
                print(f"  {name:8}", *(f"{side:8.1f}" for side in boxes[row]))
                continue
            areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
            first = (of["seen"][:, 2:] - of["seen"][:, :2]).prod(axis=1)
            print(f"  {name:8}{np.median(areas / np.maximum(first, 1)):6.2f}")


if __name__ == "__main__":
    main()
