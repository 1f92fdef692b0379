"""Fits what CenterFace and the eye say of the upper end of a body, and writes `calibration.json`.

    python -m lab.training.calibrate_bodies LABELS... --clips FOLDER... [--heads]

Bodies are looked for in every labelled frame; what is seen at their upper ends is a labelled face
(or head), a mistake, or neither. Prints for how many of the labels a body says where to look.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lab.real.labels import find_clips
from lab.training import calibration_file
from lab.training.labelled import Labelled, dev_labels, of_frame
from lab.training.regression import held_out, logistic
from redact.detection import iou, load_detector, load_somebody, square_around
from redact.detection.calibration import UNSEEN, log_odds
from redact.detection.centerface import DUPLICATE_IOU
from redact.detection.networks import CENTERFACE, EYE, NANODET
from redact.detection.somebody import Somebody, upper_end
from redact.media import Decode, probe
from redact.track.bodies import bearers
from redact.types import Frame, Target

SAME = 0.35
"""IoU from which a candidate is a labelled face or head."""

LEAST = 16.0
"""Pixels of height of the labels that are counted."""

RIDGE = 0.003


def frames(files: list[Path], folders: list[Path]) -> Iterator[tuple[Labelled, Frame]]:
    """Every labelled frame with its picture."""
    labels = dev_labels(files)
    for clip, path in find_clips(labels.clips(), folders).items():
        wanted = {label.frame: label for label in labels.of(clip).frames}
        for frame in Decode(probe(path)):
            if frame.index in wanted:
                yield of_frame(wanted[frame.index]), frame
            if frame.index >= max(wanted):
                break


def fit(eyes: Somebody, files: list[Path], folders: list[Path]) -> tuple[dict[str, float], str]:
    """Weights of the witnesses by name, and what they were fitted on."""
    rows, truth, clips = list[list[float]](), list[float](), list[str]()
    known = there = count = 0
    names = list[str]()
    for label, frame in frames(files, folders):
        count += 1
        real = np.asarray(label.of(eyes.target.word), np.float64).reshape(-1, 4)
        bodies = eyes.bodies(frame)
        people = bodies.xyxy[~bodies.vehicle].astype(np.float64)
        tall = real[real[:, 3] - real[:, 1] >= LEAST]
        known += int(bearers(people, tall).any(axis=0).sum())
        there += len(tall)
        rgb = frame.picture.to_ndarray(format="rgb24")
        for body in people:
            place = upper_end(body)
            seen, seeds = eyes.witnesses(square_around(rgb, place, 1.0))
            names = list(seen)
            zoom = 160 / (place[2] - place[0])
            for seed in seeds.xyxy[np.argsort(-seeds.score)][:8]:
                at = seed[None] / zoom + np.tile(place[:2], 2)
                verdict = iou(at, real).max(initial=0) >= SAME
                if not verdict and iou(at, label.ignored).max(initial=0) > 0.2:
                    continue
                best = [
                    d.score[iou(seed[None], d.xyxy)[0] >= DUPLICATE_IOU].max(initial=UNSEEN)
                    for d in seen.values()
                ]
                rows.append([float(v) for v in log_odds(np.array(best, np.float32))])
                truth.append(float(verdict))
                clips.append(label.name)
    columns, answer = np.array(rows), np.array(truth)
    weights = logistic(columns, answer, None, RIDGE, [True] * columns.shape[1])
    odds = held_out(columns, answer, clips, RIDGE)
    nats = float((np.logaddexp(0, odds) - answer * odds).mean())
    print(f"{known} of {there} labels lie at the upper end of a body; held out {nats:.4f} nats")
    numbers = calibration_file.rounded(("bias", *names), weights)
    return {"size": 0.0, **numbers}, f"{count} frames, {int(answer.sum())} real of {len(answer)}"


def main() -> None:
    ap = argparse.ArgumentParser(
        prog="python -m lab.training.calibrate_bodies", description=__doc__
    )
    ap.add_argument("labels", type=Path, nargs="+")
    ap.add_argument("--clips", type=Path, nargs="+", required=True)
    ap.add_argument("--heads", action="store_true")
    ap.add_argument("--out", type=Path, default=calibration_file.FILE)
    a = ap.parse_args()
    target = Target.HEAD if a.heads else Target.FACE
    eyes = load_somebody(load_detector(targets=(target,), threads=1), (target,), threads=1)
    assert eyes is not None
    weights, on = fit(eyes, a.labels, a.clips)
    name = f"{target.word} on body"
    used = (CENTERFACE.file, EYE.file, NANODET.file)
    calibration_file.write(a.out, {"looks": {name: weights}}, f"looks, {name}", on, used)


if __name__ == "__main__":
    main()
