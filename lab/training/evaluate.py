"""Sixth step: average precision and recall of exported files on the labelled stills.

    python -m lab.training.evaluate EVAL face-plate.onnx face-plate.int8.onnx [--every 3]

The same measure as `lab.detect`, for files that are not shipped (yet). `--degrade` judges
darkened, grey, blurred, noisy or compressed stills (the functions of `lab.training.photometric`,
the same for every run), `--scores` lists recall and precision at several thresholds, `--curve` adds
a line to a file from which `lab.training.plot` draws the run's curve.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.detect.evalset import TARGETS, Detector, judge
from lab.detect.metrics import BANDS, MATCH_IOU, Tally, summary, tally
from lab.detect.reference import Reference
from lab.training import photometric

DEGRADE = ("night", "grey", "motion", "noise", "compress")


def degraded(detect: Detector, kind: str) -> Detector:
    """The detector on stills spoilt by one step of the training's camera."""

    def run(rgb: NDArray[np.uint8]) -> Any:
        rng = np.random.default_rng(rgb.shape[0] * 10007 + rgb.shape[1])
        return detect(getattr(photometric, kind)(rgb, rng))

    return run


def headline(
    folder: Path,
    model: Path,
    sides: tuple[int, ...],
    how: str,
    every: int,
    score: float = 0.1,
    degrade: str | None = None,
) -> dict[str, dict[str, float]]:
    """The figures of the whole range of sizes, per target."""
    tallies = whole_range(folder, model, sides, how, every, degrade)
    return {t: summary(tallies[t], score) for t in TARGETS}


def whole_range(
    folder: Path, model: Path, sides: tuple[int, ...], how: str, every: int, degrade: str | None
) -> dict[str, Tally]:
    """Matched detections over all sizes that count, per target."""
    detect: Detector = Reference(model, sides, how=how)
    if degrade:
        detect = degraded(detect, degrade)
    results = judge(folder, detect, every)
    return {t: tally(results[t], MATCH_IOU[t], BANDS[t][0][1], 1e9) for t in TARGETS}


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
    ap.add_argument("models", type=Path, nargs="+")
    ap.add_argument("--sides", type=int, nargs="+", default=[960, 416])
    ap.add_argument("--how", choices=("agree", "nms"), default="agree")
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--degrade", choices=DEGRADE)
    ap.add_argument("--scores", type=float, nargs="*", default=[])
    ap.add_argument("--curve", type=Path)
    ap.add_argument("--minutes", type=float, help="training time of the model, for --curve")
    args = ap.parse_args()
    for model in args.models:
        tallies = whole_range(
            args.eval, model, tuple(args.sides), args.how, args.every, args.degrade
        )
        report(model.name, tallies, args.scores)
        if args.curve:
            line: dict[str, Any] = {"minutes": args.minutes, "how": args.how}
            for t, one in tallies.items():
                line |= {f"{t}_{k}": round(v, 4) for k, v in summary(one, 0.1).items()}
            with args.curve.open("a") as out:
                out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
