"""Fits the scores of networks at the head of a body, or on a vehicle; writes `calibration.json`.

    python -m lab.training.calibrate_bodies LABELS... --clips FOLDER... [--heads | --plates]

Bodies are detected in every labelled frame. A detection at the upper end of one is a labelled face
(or head), a mistake, or neither; the same holds for plates detected on vehicles. Also prints for
how many of the labels a body, or vehicle, shows where to scan.
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
from redact.detection import iou, load_body_close_up, load_detector, square_around
from redact.detection.body_close_up import BodyCloseUp, upper_end
from redact.detection.calibration import NOT_DETECTED, score_odds
from redact.detection.centerface import DUPLICATE_IOU
from redact.detection.ensemble import OURS
from redact.detection.networks import CENTERFACE, EYE, FACE_PLATE, NANODET
from redact.media import Decode, probe
from redact.track.bodies import LEAST_VEHICLE, heads_on_bodies, plates_on_vehicles
from redact.types import Frame, Target

SAME = 0.35
"""IoU from which a candidate is a labelled face or head."""

LEAST = 16.0
"""Pixels of height of the labels that are counted."""

LEAST_PLATE = 8.0
"""The same of plates."""

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


def fit(
    scanner: BodyCloseUp, files: list[Path], folders: list[Path]
) -> tuple[dict[str, float], str]:
    """Weights of the witnesses by name, and a description of the material."""
    rows, truth, clips = list[list[float]](), list[float](), list[str]()
    known = there = count = 0
    names = list[str]()
    for label, frame in frames(files, folders):
        count += 1
        real = np.asarray(label.of(scanner.target.word), np.float64).reshape(-1, 4)
        bodies = scanner.bodies(frame)
        people = bodies.xyxy[~bodies.vehicle].astype(np.float64)
        tall = real[real[:, 3] - real[:, 1] >= LEAST]
        known += int(heads_on_bodies(people, tall).any(axis=0).sum())
        there += len(tall)
        rgb = frame.picture.to_ndarray(format="rgb24")
        for body in people:
            place = upper_end(body)
            seen, seeds = scanner.witnesses(square_around(rgb, place, 1.0))
            names = list(seen)
            zoom = 160 / (place[2] - place[0])
            for seed in seeds.xyxy[np.argsort(-seeds.score)][:8]:
                at = seed[None] / zoom + np.tile(place[:2], 2)
                verdict = iou(at, real).max(initial=0) >= SAME
                if not verdict and iou(at, label.ignored).max(initial=0) > 0.2:
                    continue
                best = [
                    d.score[iou(seed[None], d.xyxy)[0] >= DUPLICATE_IOU].max(initial=NOT_DETECTED)
                    for d in seen.values()
                ]
                rows.append([float(v) for v in score_odds(np.array(best, np.float32))])
                truth.append(float(verdict))
                clips.append(label.name)
    columns, answer = np.array(rows), np.array(truth)
    weights = logistic(columns, answer, None, RIDGE, [True] * columns.shape[1])
    odds = held_out(columns, answer, clips, RIDGE)
    nats = float((np.logaddexp(0, odds) - answer * odds).mean())
    print(f"{known} of {there} labels lie at the upper end of a body; held out {nats:.4f} nats")
    numbers = calibration_file.rounded(("bias", *names), weights)
    return {"size": 0.0, **numbers}, f"{count} frames, {int(answer.sum())} real of {len(answer)}"


def fit_plates(
    scanner: BodyCloseUp, files: list[Path], folders: list[Path]
) -> tuple[dict[str, float], str]:
    """The same for our network's scores of plates on vehicles."""
    odds, truth, clips = list[float](), list[float](), list[str]()
    there = seen_there = vehicles = count = 0
    for label, frame in frames(files, folders):
        count += 1
        real = np.asarray(label.of(Target.PLATE.word), np.float64).reshape(-1, 4)
        bodies = scanner.bodies(frame)
        boxes = bodies.xyxy[bodies.vehicle].astype(np.float64)
        boxes = boxes[(boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= LEAST_VEHICLE]
        rgb = frame.picture.to_ndarray(format="rgb24")
        on = plates_on_vehicles(boxes, real).any(axis=0) & (real[:, 3] - real[:, 1] >= LEAST_PLATE)
        known = np.zeros(len(real), np.bool_)
        for box in boxes:
            vehicles += 1
            seen = scanner.plates_seen(rgb, box)
            for at, score in zip(seen.xyxy, seen.score, strict=True):
                likeness = iou(at[None], real)[0]
                known |= likeness >= SAME
                if likeness.max(initial=0) >= SAME:
                    truth.append(1.0)
                elif (
                    max(likeness.max(initial=0), iou(at[None], label.ignored).max(initial=0)) > 0.2
                ):
                    continue
                else:
                    truth.append(0.0)
                odds.append(float(score_odds(np.array([max(score, NOT_DETECTED)], np.float32))[0]))
                clips.append(label.name)
        there, seen_there = there + int(on.sum()), seen_there + int((on & known).sum())
    columns, answer = np.array(odds)[:, None], np.array(truth)
    weights = logistic(columns, answer, None, RIDGE, [True])
    told = held_out(columns, answer, clips, RIDGE)
    nats = float((np.logaddexp(0, told) - answer * told).mean())
    print(f"{seen_there} of {there} plates on vehicles are seen; held out {nats:.4f} nats")
    numbers = calibration_file.rounded(("bias", OURS), weights)
    on_what = f"{count} frames, {vehicles} vehicles, {int(answer.sum())} real of {len(answer)}"
    return {"size": 0.0, **numbers}, on_what


def main() -> None:
    ap = argparse.ArgumentParser(
        prog="python -m lab.training.calibrate_bodies", description=__doc__
    )
    ap.add_argument("labels", type=Path, nargs="+")
    ap.add_argument("--clips", type=Path, nargs="+", required=True)
    ap.add_argument("--heads", action="store_true")
    ap.add_argument("--plates", action="store_true")
    ap.add_argument("--out", type=Path, default=calibration_file.FILE)
    a = ap.parse_args()
    target = Target.HEAD if a.heads else Target.FACE
    scanner = load_body_close_up(load_detector(targets=(target,), threads=1), (target,), threads=1)
    assert scanner is not None
    weights, on = (fit_plates if a.plates else fit)(scanner, a.labels, a.clips)
    name = "plate on vehicle" if a.plates else f"{target.word} on body"
    used = (FACE_PLATE.file,) if a.plates else (CENTERFACE.file, EYE.file)
    used = (*used, NANODET.file)
    calibration_file.write(a.out, {"looks": {name: weights}}, f"looks, {name}", on, used)


if __name__ == "__main__":
    main()
