"""The eye on labelled dev frames that it did not learn from, beside the networks of today.

    python -m lab.training.eye.evaluate --clips CCTV SHARED/clips --centerface centerface.onnx \\
        [--eye average-002500.pt eye.onnx ...] [--sizes 960 640] [--today] [--every 2] \\
        [--keep FRAMES] [--log dev.jsonl]

Prints, for faces, plates and heads, average precision, how many false boxes a frame there are at
some recalls (`RECALLS`), and from which score on a box counts there: plain boxes of single frames,
scores joined over sizes as the mean of log odds. Heads are the labelled ones and those around
labelled faces. Frames of camera scenes that `lab.training.films` trains on are left out, and so is
the half `test`, whatever is given.

Heads were labelled so that nobody blames a mask on them: boxes loose or tight, some of them twice,
some left out. So a head is found by a box that covers half of it and is not far larger, and a box
is false if it lies on no labelled head or face. The least height is that of a face as well.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.detect.metrics import F32, ImageResult, tally
from lab.real.labels import find_clips, read_labels
from lab.real.measure import read_frames
from lab.training.eye.index import head_of
from lab.training.eye.look import Found, Look, load_look
from lab.training.eye.teacher import joined
from lab.training.films import trained_on

ROOT = Path(__file__).parents[1] / "real"
FILES = [ROOT / "labels_dev.json", ROOT / "labels_dev_shared.json"]
#: Recalls at which false boxes are counted.
RECALLS = {"face": (0.90, 0.93, 0.96), "plate": (0.90, 0.93, 0.96), "head": (0.70, 0.80, 0.90)}
#: IoU of a match, and the least height in pixels that counts.
MATCH = {"face": (0.35, 16.0), "plate": (0.35, 8.0), "head": (0.35, 16.0)}
#: A head is found by a box that covers so much of it and has at most so many times its area; a box
#: lies on a head from this share of the smaller of both on.
COVERED, LARGER, ON = 0.5, 6.0, 0.3

Rgb = NDArray[np.uint8]


@dataclass
class Frame:
    """A labelled frame: boxes that count and boxes that count for neither side, by target."""

    rgb: Rgb
    truth: dict[str, F32]
    neither: dict[str, F32]


def frames(folders: list[Path], every: int) -> Iterator[Frame]:
    labels = read_labels(FILES, "dev", ROOT / "split.json")
    labels.frames = [f for f in labels.frames if not trained_on(f.clip)][::every]
    for clip, path in find_clips(labels.clips(), folders).items():
        mine = labels.of(clip).frames
        pictures = read_frames(path, {f.frame for f in mine})
        for f in mine:
            if f.frame not in pictures:
                continue
            rgb = np.ascontiguousarray(pictures[f.frame][:, :, ::-1])
            around = [head_of(list(b)) for b in f.faces]
            yield Frame(
                rgb,
                {
                    "face": _f32(f.faces),
                    "plate": _f32(f.plates),
                    "head": _f32([*f.heads, *around]),
                },
                {
                    "face": _f32(f.dups + f.heads),
                    "plate": _f32(()),
                    "head": _f32([head_of(list(b)) for b in f.dups]),
                },
            )


def kept(file: Path | None, folders: list[Path], every: int) -> list[Frame]:
    """The frames, from `file` if an earlier call left them there."""
    if file is not None and file.exists():
        found: list[Frame] = pickle.loads(file.read_bytes())
        return found
    found = list(frames(folders, every))
    if file is not None:
        file.write_bytes(pickle.dumps(found))
    return found


def _f32(boxes: Any) -> F32:
    return np.asarray(boxes, np.float32).reshape(-1, 4)


def centerface(file: Path, sizes: list[int]) -> Look:
    eyes = [CenterFace(file, side, 0.03, 1) for side in sizes]

    def look(rgb: Rgb) -> Found:
        seen = []
        for eye in eyes:
            boxes, scores, _ = eye(rgb)
            pairs = zip(boxes, scores, strict=True)
            seen.append([[*(float(v) for v in b), float(s)] for b, s in pairs])
        faces = joined(seen)
        return {"face": faces, "head": [[*head_of(b[:4]), b[4]] for b in faces]}

    return look


def today() -> Look:
    """The shipped face and plate network in `balanced`, plates only."""
    from redact.detection import SCAN_SIZES, OurNetwork
    from redact.settings import Sensitivity
    from redact.types import Target

    net = OurNetwork([Target.PLATE], 1).detector(*SCAN_SIZES[Sensitivity.BALANCED].ours)

    def look(rgb: Rgb) -> Found:
        found = net.detect(rgb)
        rows = zip(found.xyxy, found.score, strict=True)
        return {"plate": [[*(float(v) for v in b), float(s)] for b, s in rows]}

    return look


@dataclass
class Curve:
    """What is found and what is false from each score on, best score first.

    Attributes:
        truths: labelled things that count.
        scores, precision, recall: after each detection.
        false: false boxes so far.
    """

    truths: int
    scores: F32
    precision: F32
    recall: F32

    @property
    def false(self) -> F32:
        found = np.arange(1, len(self.scores) + 1)
        return np.asarray(found * (1 - self.precision), np.float32)

    @property
    def average_precision(self) -> float:
        if not len(self.recall):
            return 0.0
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float((best * np.diff(self.recall, prepend=0.0)).sum())


def one_to_one(target: str, results: list[ImageResult]) -> Curve:
    """Boxes matched with labels as in `lab.detect.metrics`."""
    match, least = MATCH[target]
    counted = tally(results, match, least, 1e9)
    return Curve(counted.truths, *counted.curve())


def covering(target: str, results: list[ImageResult]) -> Curve:
    """A labelled thing counts as found with the best score of a box that covers half of it."""
    least = MATCH[target][1]
    scores: list[float] = []
    hits: list[bool] = []
    truths = 0
    for r in results:
        both = _intersection(r.truth, r.boxes)
        mine, theirs = _area(r.truth)[:, None], _area(r.boxes)[None]
        found = (both >= COVERED * mine) & (theirs <= LARGER * mine)
        counts = ~r.ignore & (r.truth[:, 3] - r.truth[:, 1] >= least)
        truths += int(counts.sum())
        for row in found[counts]:
            if row.any():
                scores.append(float(r.scores[row].max()))
                hits.append(True)
        apart = (both < ON * np.minimum(mine, theirs)).all(0)
        high = r.boxes[:, 3] - r.boxes[:, 1] >= least
        scores += [float(s) for s in r.scores[apart & high]]
        hits += [False] * int((apart & high).sum())
    order = np.argsort(-np.asarray(scores, np.float32), kind="stable")
    hit = np.asarray(hits, np.float32)[order]
    so_far = np.cumsum(hit)
    precision = so_far / np.arange(1, len(hit) + 1)
    recall = so_far / max(truths, 1)
    return Curve(truths, np.asarray(scores, np.float32)[order], precision, recall)


def _area(boxes: F32) -> F32:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).clip(1e-3).prod(-1), np.float32)


def _intersection(a: F32, b: F32) -> F32:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray((high - low).clip(0).prod(-1), np.float32)


def judge(looks: dict[str, Look], samples: list[Frame]) -> list[dict[str, Any]]:
    """A row for each way to look and target."""
    rows = []
    for name, look in looks.items():
        results: dict[str, list[ImageResult]] = {}
        begun = time.process_time()
        for s in samples:
            for target, boxes in look(s.rgb).items():
                every = np.concatenate([s.truth[target], s.neither[target]])
                ignore = np.arange(len(every)) >= len(s.truth[target])
                b = np.asarray(boxes, np.float32).reshape(-1, 5)
                results.setdefault(target, []).append(ImageResult(every, ignore, b[:, :4], b[:, 4]))
        ms = 1e3 * (time.process_time() - begun) / len(samples)
        for target, mine in results.items():
            curve = (covering if target == "head" else one_to_one)(target, mine)
            row: dict[str, Any] = {"eye": name, "target": target, "of": curve.truths}
            row["ap"] = round(curve.average_precision, 3)
            for wanted in RECALLS[target]:
                row[f"{wanted:.2f}"] = row[f"score {wanted:.2f}"] = None
                at = np.flatnonzero(curve.recall >= wanted - 1e-6)
                if len(at):
                    i = int(at[0])
                    row[f"{wanted:.2f}"] = round(float(curve.false[i]) / len(samples), 2)
                    row[f"score {wanted:.2f}"] = round(float(curve.scores[i]), 3)
            rows.append(row | {"frames": len(samples), "ms": round(ms)})
    return rows


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("--clips", type=Path, nargs="+", required=True)
    ap.add_argument("--centerface", type=Path, required=True)
    ap.add_argument("--eye", type=Path, nargs="*", default=[])
    ap.add_argument("--sizes", type=int, nargs="+", default=[960, 640])
    ap.add_argument("--today", action="store_true", help="also what is used now")
    ap.add_argument("--every", type=int, default=1, help="one frame in so many")
    ap.add_argument("--keep", type=Path, help="the decoded frames, so that none is decoded twice")
    ap.add_argument("--log", type=Path, help="rows are added here as lines of JSON")
    args = ap.parse_args()
    cv2.setNumThreads(1)
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    samples = kept(args.keep, args.clips, args.every)
    looks: dict[str, Look] = {}
    if args.today:
        for sizes in ([960, 416], [960, 640], [1280, 640]):
            words = " + ".join(map(str, sizes))
            looks[f"CenterFace {words}"] = centerface(args.centerface, sizes)
        looks["face-plate"] = today()
    for weights in args.eye:
        words = " + ".join(map(str, args.sizes))
        looks[f"{weights.stem} {words}"] = load_look(weights, args.centerface, args.sizes)
    print("| eye | target | labelled | AP | false boxes a frame at a recall of | from | ms |")
    print("|---|---|---|---|---|---|---|")
    for name, look in looks.items():
        for row in judge({name: look}, samples):
            recalls = RECALLS[row["target"]]
            cells = [
                f"{r:.2f}: {'–' if row[f'{r:.2f}'] is None else row[f'{r:.2f}']}" for r in recalls
            ]
            asked = " / ".join(str(row[f"score {r:.2f}"] or "–") for r in recalls)
            said = [name, row["target"], row["of"], row["ap"], ", ".join(cells), asked, row["ms"]]
            print("| " + " | ".join(map(str, said)) + " |", flush=True)
            if args.log:
                with args.log.open("a") as out:
                    out.write(json.dumps(row) + "\n")
    print(f"{len(samples)} frames")


if __name__ == "__main__":
    main()
