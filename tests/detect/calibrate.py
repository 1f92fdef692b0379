"""Recall, precision and time of every sensitivity; where the thresholds come from.

    python -m tests.detect.calibrate stills --eval FOLDER       annotated stills
    python -m tests.detect.calibrate pasted --eval FOLDER       small faces in 1080p
    python -m tests.detect.calibrate time                       milliseconds per 1080p frame

Needs the packages of the extras `dev` and `samples`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from lab.detect.metrics import ImageResult, iou_matrix, tally
from redact.detection import Detector, load_detector
from redact.detection.blazeface import make
from redact.settings import Sensitivity
from redact.types import Frame, Target
from tests.detect.pasted import HEIGHT, WIDTH, read_rgb, real_faces, scenes

THRESHOLDS = (0.06, 0.1, 0.2, 0.3, 0.4, 0.5)


def detectors(names: str) -> dict[str, Detector]:
    found: dict[str, Detector] = {}
    for name in names.split(","):
        if name == "mediapipe":
            found[name] = make(
                sensitivity=Sensitivity.BALANCED, targets=(Target.FACE,), sample_aspect=1.0
            )
        elif name == "thorough-alone":
            found[name] = load_detector("thorough", centerface=False)
        else:
            found[name] = load_detector(name)
    return found


def stills(folder: Path, names: str, step: int) -> None:
    import json

    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    chosen = sorted(labels)[::step]
    for name, detector in detectors(names).items():
        results: dict[Target, list[ImageResult]] = {Target.FACE: [], Target.PLATE: []}
        for file in chosen:
            found = detector.detect(read_rgb(folder / "images" / file))
            for target, rows in results.items():
                if not labels[file][f"{target.word}s_labelled"]:
                    continue
                boxes = [b for b in labels[file]["boxes"] if b["target"] == target.word]
                mine = found.only([target])
                rows.append(
                    ImageResult(
                        np.array([b["box"] for b in boxes], np.float32).reshape(-1, 4),
                        np.array([b["ignore"] for b in boxes], bool),
                        mine.xyxy,
                        mine.score,
                    )
                )
        for target, iou, least in ((Target.FACE, 0.35, 24), (Target.PLATE, 0.5, 8)):
            t = tally(results[target], iou, least, 1e9)
            at = "  ".join(f"{s}: r {t.at(s)[1]:.3f} p {t.at(s)[0]:.3f}" for s in THRESHOLDS)
            print(
                f"{name:14} {target.word:5} n={t.truths} AP {t.average_precision():.3f}  {at}",
                flush=True,
            )


def pasted(folder: Path, names: str, step: int) -> None:
    from skimage import data

    faces = list(real_faces(folder))[::step]
    members = detectors(names)
    for height in (16, 20, 24, 32, 48):
        for name, detector in members.items():
            best: list[float] = []
            for i, background in enumerate((data.rocket(),)):
                for scene, truth in scenes(background, faces, height, 60, seed=i):
                    found = detector.detect(scene).only([Target.FACE])
                    hit = iou_matrix(np.array(truth, np.float32), found.xyxy) >= 0.35
                    best += np.where(hit, found.score, 0).max(1, initial=0).tolist()
            shares = "  ".join(f"{s}: {np.mean(np.array(best) >= s):.3f}" for s in THRESHOLDS)
            print(f"{height} px {name:14} n={len(best)} recall at score  {shares}", flush=True)


def timing(names: str) -> None:
    from skimage import data

    rgb = next(scenes(data.rocket(), [], 20, 1, 0), (None, None))[0]
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    picture = av.VideoFrame.from_ndarray(noise if rgb is None else rgb, "rgb24")
    frame = Frame(0, 0, Fraction(1, 25), picture.reformat(format="yuv420p"))
    for name, detector in detectors(names).items():
        took = []
        for _ in range(12):
            begin = time.perf_counter()
            detector.detect_frame(frame)
            took.append((time.perf_counter() - begin) * 1000)
        print(f"{name:14} min {min(took):.1f} ms, median {statistics.median(took):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["stills", "pasted", "time"])
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--detectors", default="fast,balanced,thorough,mediapipe")
    parser.add_argument("--every", type=int, default=1, help="use every n-th picture")
    options = parser.parse_args()
    if options.what == "stills":
        stills(options.eval, options.detectors, options.every)
    elif options.what == "pasted":
        pasted(options.eval, options.detectors, options.every)
    else:
        timing(options.detectors)


if __name__ == "__main__":
    main()
