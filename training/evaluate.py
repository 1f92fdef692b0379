"""Sixth step: average precision and recall of exported files on the labelled stills.

    python -m training.evaluate EVAL face-plate.onnx face-plate.int8.onnx [--every 3]

The same measure as `benchmarks.detect`, for files that are not shipped (yet). With `--curve`
a line is added to a file from which `training.plot` draws the run's curve.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.detect.evalset import TARGETS, judge
from benchmarks.detect.metrics import BANDS, MATCH_IOU, summary, tally
from benchmarks.detect.reference import Reference


def headline(
    folder: Path, model: Path, sides: tuple[int, ...], how: str, every: int, score: float = 0.1
) -> dict[str, dict[str, float]]:
    """The figures of the whole range of sizes, per target."""
    results = judge(folder, Reference(model, sides, how=how), every)
    return {
        t: summary(tally(results[t], MATCH_IOU[t], BANDS[t][0][1], 1e9), score) for t in TARGETS
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("eval", type=Path)
    ap.add_argument("models", type=Path, nargs="+")
    ap.add_argument("--sides", type=int, nargs="+", default=[960, 416])
    ap.add_argument("--how", choices=("agree", "nms"), default="agree")
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--curve", type=Path)
    ap.add_argument("--minutes", type=float, help="training time of the model, for --curve")
    args = ap.parse_args()
    for model in args.models:
        figures = headline(args.eval, model, tuple(args.sides), args.how, args.every)
        for t, f in figures.items():
            print(
                f"{model.name} {t}: AP {f['ap']:.3f} AR {f['ar']:.3f} "
                f"recall {f['recall']:.3f} precision {f['precision']:.3f} ({f['truths']:.0f})"
            )
        if args.curve:
            line = {
                "minutes": args.minutes,
                "sides": args.sides,
                "how": args.how,
                **{f"{t}_{k}": round(v, 4) for t, f in figures.items() for k, v in f.items()},
            }
            with args.curve.open("a") as out:
                out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
