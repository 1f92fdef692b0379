"""`python -m lab.training.calibrate_filling`: the eye's scores of plates that fill the picture.

The material: plates of stills of the dev half, filmed so large that they fill the picture, upright
and turned; and whatever our network takes for such a plate on labelled dev frames without one. The
scores of both lie far apart and one kind is rare, so the two count alike, and a small ridge keeps
the weight finite.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32
from lab.leak.scenes.paths import Mover
from lab.leak.scenes.scene import StillScene, View
from lab.leak.scenes.stills import Library
from lab.real.labels import default_files, find_clips, read_labels
from lab.real.measure import read_frames
from redact.detection import iou, load_detector
from redact.detection.calibration import NOT_DETECTED, score_odds
from redact.detection.close_up import PLATE_SIDE, filling_scores, fills
from redact.detection.eye import Eye
from redact.detection.networks import EYE
from redact.track.starting_score import STARTING_PROBABILITY
from redact.types import Target

from .calibration_file import FILE, rounded, write
from .regression import logistic

RGB = NDArray[np.uint8]
SIZE = (640, 352)
HEIGHTS = (100, 160)
TURNS = (-12.0, 0.0, 12.0)
SAME = 0.25
"""IoU from which a box is on the filmed plate: turned, a plate has a box of another shape."""
RIDGE = 0.002
SIZES = (160, 192, 256, 320)


def filmed(shared: Path) -> Iterator[tuple[RGB, NDArray[np.float32]]]:
    """Pictures, and the box of the plate in each that the detector should find."""
    library = Library(shared, "dev")
    for name in library.names("plate", 640, 12, 110, 1):
        still = library.still(name)
        for number, label in enumerate(still.labels):
            if label.target != "plate" or label.ignore or label.height < 12:
                continue
            x1, y1, x2, y2 = label.box
            for height, turn in ((h, t) for h in HEIGHTS for t in TURNS):
                zoom = height / label.height
                mover = Mover(still, "plate", SIZE, 2.0, np.random.default_rng(0))
                view = mover.kept(View((x1 + x2) / 2, (y1 + y2) / 2, zoom, turn))
                if view.scale > 1.1 * zoom or zoom * (x2 - x1) > SIZE[0]:
                    continue
                picture, seen = StillScene(still, lambda _, v=view: v, *SIZE).at(0)  # type: ignore[misc]
                yield picture, np.asarray(seen[number].box, np.float32)


def frames(shared: Path, more: list[Path]) -> Iterator[tuple[RGB, dict[str, F32]]]:
    """Labelled dev frames, with everything that a large box could be on, by target."""
    split = Path(__file__).parents[1] / "real" / "split.json"
    labels = read_labels(default_files(shared), "dev", split)
    for clip, path in find_clips(labels.clips(), [shared / "clips", *more]).items():
        mine = labels.of(clip).frames
        pictures = read_frames(path, {f.frame for f in mine})
        for f in mine:
            if f.frame in pictures:
                rgb = np.ascontiguousarray(pictures[f.frame][:, :, ::-1])
                real = {"face": f.faces + f.heads + f.dups, "plate": f.plates}
                yield rgb, {t: np.asarray(b, np.float32).reshape(-1, 4) for t, b in real.items()}


def main() -> None:
    """Fit the numbers, print how far the two kinds lie apart, write the file."""
    parser = argparse.ArgumentParser(prog="python -m lab.training.calibrate_filling")
    parser.add_argument("--shared", type=Path, required=True, help="holds eval/ and clips/")
    parser.add_argument("--every", type=int, default=1, help="only every n-th picture of a still")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further clips")
    args = parser.parse_args()
    detector, eye = load_detector(targets=[Target.PLATE]), Eye(1)
    plates = partial(eye.see, target=Target.PLATE)
    rows: list[list[float]] = []
    truth: list[float] = []

    def take(picture: RGB, real: bool, hit: NDArray[np.float32]) -> None:
        found = detector.detect(picture)
        good = fills(found.xyxy.astype(np.float64), picture.shape)
        good &= found.score >= STARTING_PROBABILITY[Target.PLATE]
        good &= (iou(found.xyxy, hit) >= SAME).any(axis=1) == real
        for box in found.xyxy[good][: 1 if real else None]:
            scores = [
                filling_scores(picture, box[None].astype(np.float64), plates, s)[0] for s in SIZES
            ]
            rows.append([float(s) for s in scores])
            truth.append(float(real))

    for picture, box in islice(filmed(args.shared), 0, None, args.every):
        take(picture, True, box[None])
    for picture, labelled in frames(args.shared, args.clips):
        take(picture, False, labelled["plate"])
    scores, real = np.array(rows), np.array(truth)
    for size, column in zip(SIZES, scores.T, strict=True):
        at = np.percentile(column[real == 1], [0, 5, 25, 50]).round(2)
        print(
            f"{size} px: plates {at} (least, 5, 25, 50 %), others at most {column[real == 0].max()}"
        )
    mine = scores[:, SIZES.index(PLATE_SIDE)]
    odds = score_odds(np.maximum(mine, NOT_DETECTED).astype(np.float32)).astype(np.float64)[:, None]
    weight = np.where(real == 1, len(real) / (2 * real.sum()), len(real) / (2 * (1 - real).sum()))
    bias, eyes = logistic(odds, real, weight, RIDGE, [True])
    numbers = {"looks": {"plate filling": rounded(("bias", "size", "eye"), (bias, 0.0, eyes))}}
    print(numbers)
    on = f"{int(real.sum())} sightings of plates, {int((1 - real).sum())} of what is none"
    write(FILE, numbers, "looks, filling", on, [EYE.file])


if __name__ == "__main__":
    main()
