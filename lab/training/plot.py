"""Curves of a run: loss from its log, average precision from `lab.training.evaluate --curve`.

python -m lab.training.plot RUN/log.jsonl CURVE.jsonl curve.png
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("log", type=Path)
    ap.add_argument("curve", type=Path)
    ap.add_argument("out", type=Path)
    args = ap.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    log, curve = read(args.log), read(args.curve)
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for key, label in (("cls", "class loss"), ("box", "box loss")):
        left.plot([r["minutes"] for r in log], [r[key] for r in log], label=label, lw=1)
    left.set(xlabel="minutes of training", ylabel="loss")
    left.legend()
    for how, style in (("agree", "o-"), ("nms", "x--")):
        rows = sorted((r for r in curve if r["how"] == how), key=lambda r: float(r["minutes"]))
        for t in ("face", "plate"):
            right.plot(
                [r["minutes"] for r in rows],
                [r[f"{t}_ap"] for r in rows],
                style,
                label=f"{t}, {how}",
                lw=1,
            )
    right.set(xlabel="minutes of training", ylabel="AP50 on the stills, 960 + 416")
    right.legend()
    plt.savefig(args.out, dpi=90)


if __name__ == "__main__":
    main()
