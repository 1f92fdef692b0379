"""How far the detector's boxes are off the labelled ones, by the detector's certainty.

`python -m lab.real.misplaced --half dev` measures `UNSURE`, `BY_ODDS` and the margin of
`redact.mask_size`: for each labelled face or plate that one scan of `balanced` detects, the least
margin with which a mask on that box covers `HELD` of it. A face
counts as the ellipse in its box, and its margin as a share of the box's width and height; a plate's
margin is a share of the square root of its box's area.

`--stills` adds the plates of the half's annotated stills, of which there are many more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lab.leak.__main__ import find_library
from redact.detection import Detector, iou, load_detector
from redact.types import Detections, Target

from .__main__ import arguments, chosen_labels
from .labels import Box
from .measure import LEAST, read_frames

HELD = {"face": 0.97, "plate": 0.99}
"""Share that a mask must cover: annotators disagree about the last pixels of a face."""
OVERLAP = 0.2
SURE = (0.0, 0.5, 0.8, 0.95, 0.99, 1.0)
"""Probabilities between the rows of the table."""
SHARES = (0.5, 0.9, 0.95)
GRID = np.linspace(-1, 1, 41)


def margin_needed(label: Box, box: NDArray[np.float32], target: str) -> float:
    """The least margin around `box` that covers `HELD` of `label`; negative if a smaller mask
    would."""
    x, y = (axis.ravel() for axis in np.meshgrid(GRID, GRID))
    if target == "face":
        inside = x**2 + y**2 <= 1
        x, y = x[inside], y[inside]
    x = (label[0] + label[2]) / 2 + x * (label[2] - label[0]) / 2
    y = (label[1] + label[3]) / 2 + y * (label[3] - label[1]) / 2
    wide, tall = (box[2:] - box[:2]) / 2
    across, down = np.abs(x - (box[0] + box[2]) / 2), np.abs(y - (box[1] + box[3]) / 2)
    if target == "face":
        return float((np.quantile(np.hypot(across / wide, down / tall), HELD[target]) - 1) / 2)
    beyond = np.quantile(np.maximum(across - wide, down - tall), HELD[target])
    return float(beyond / (2 * np.sqrt(wide * tall)))


def seen(labelled: list[Box], found: Detections, target: str) -> Iterator[tuple[float, float]]:
    """(probability, margin needed) for every label that a detection overlaps."""
    found = found.only([Target.from_word(target)])
    for label in labelled:
        if label[3] - label[1] < LEAST[target] or not len(found):
            continue
        overlap = iou(np.asarray([label], np.float32), found.xyxy)[0]
        best = int(overlap.argmax())
        if overlap[best] >= OVERLAP:
            yield float(found.score[best]), margin_needed(label, found.xyxy[best], target)


def of_stills(detector: Detector, half: str) -> Iterator[tuple[float, float]]:
    """`seen` of every plate of a half's stills."""
    library = find_library(False, half)
    for name in library.names("plate", 0, LEAST["plate"], np.inf, 1):
        still = library.still(name)
        labelled = [label.box for label in still.targets("plate", LEAST["plate"])]
        yield from seen(labelled, detector.detect(still.rgb), "plate")


def rows(target: str, measured: list[tuple[float, float]]) -> Iterator[str]:
    for low, high in pairwise(SURE):
        needed = [m for p, m in measured if low <= p < high or p == high == 1.0]
        if needed:
            marks = " | ".join(f"{q:.3f}" for q in np.quantile(needed, SHARES))
            yield f"| {target} | {low:.2f} to {high:.2f} | {len(needed)} | {marks} |"


def main() -> None:
    words = sys.argv[1:]
    args = arguments([w for w in words if w != "--stills"])
    detector = load_detector()
    labels, clips = chosen_labels(args)
    measured: dict[str, list[tuple[float, float]]] = {"face": [], "plate": []}
    if "--stills" in words:
        measured["plate"] += of_stills(detector, args.half)
    for clip, path in clips.items():
        mine = {f.frame: f for f in labels.frames if f.clip == clip}
        for number, picture in read_frames(path, set(mine)).items():
            found = detector.detect(np.ascontiguousarray(picture[:, :, ::-1]))
            for target, got in measured.items():
                labelled = [box for kind, box in mine[number].targets() if kind == target]
                got += seen(labelled, found, target)
    print("| target | probability | seen | " + " | ".join(f"{q:.0%} need" for q in SHARES) + " |")
    print("|---|---|---|" + "---|" * len(SHARES))
    for target, got in measured.items():
        print(*rows(target, got), sep="\n")


if __name__ == "__main__":
    main()
