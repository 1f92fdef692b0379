"""Between preparation and training: adds what an earlier network detects and no label contains.

    python -m lab.training.relabel CACHE face-plate.int8.onnx

Plate sets often label only the main plate, and face sets leave clear faces out. A network that
learns those as background gives real objects lower scores. Unlabelled detections with a score of
`--sure` or more become ignore regions in CACHE/index.json: neither object nor background (rows with
ignore = 2).

Where the labels are reliable, an unlabelled detection is a mistake to learn from: any plate in a
set without plates, and weaker faces in those of these sets whose faces are complete. They go to the
entry's "mistakes", to which crops are drawn (`augment.choose_view`). A rerun replaces both.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab.detect.reference import Reference
from lab.training.prepare import FACES_INCOMPLETE, PLATES_ABSENT, overlap

FROM_NETWORK = 2
#: Mistakes stored for one picture, the surest of each target first.
MOST_MISTAKES = 8

Rows = list[list[float]]


def extra_rows(
    look: Reference, cache: Path, entry: dict[str, Any], sure: float
) -> tuple[Rows, Rows]:
    """Ignore rows and mistakes of one image; `look` detects everything that may be a mistake."""
    bgr = cv2.imread(str(cache / "images" / entry["file"]), cv2.IMREAD_COLOR)
    if bgr is None:
        raise FileNotFoundError(entry["file"])
    boxes, scores, targets = look(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8))
    checked = entry["known"][0] and entry["source"] in PLATES_ABSENT - FACES_INCOMPLETE
    ignored: Rows = []
    mistakes: list[tuple[float, list[float]]] = []
    for box, score, target in zip(boxes, scores, targets, strict=True):
        have = [r[1:5] for r in entry["boxes"] if r[0] == target]
        if any(overlap(list(box), h) > 0.4 for h in have):
            continue
        row = [int(target), *(round(float(v), 1) for v in box)]
        no_plates = target == 1 and entry["source"] in PLATES_ABSENT
        if score >= sure and not no_plates:
            ignored.append([*row, FROM_NETWORK])
        elif no_plates or (target == 0 and checked):
            mistakes.append((float(score), [*row, 0]))
    mistakes.sort(key=lambda m: -m[0])
    per_target = [[r for _, r in mistakes if r[0] == t][:MOST_MISTAKES] for t in (0, 1)]
    return ignored, per_target[0] + per_target[1]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("--sure", type=float, default=0.45)
    ap.add_argument("--low", type=float, default=0.15, help="score of the weakest mistake")
    ap.add_argument("--long-side", type=int, default=640)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--only", nargs="*", default=[], help="look at these sets only")
    args = ap.parse_args()
    look = Reference(args.model, (args.long_side,), args.low, args.threads)
    index = args.cache / "index.json"
    entries = json.loads(index.read_text())
    count, wrong, seen = [0, 0], [0, 0], 0
    for entry in entries:
        if args.only and entry["source"] not in args.only:
            continue
        seen += 1
        entry["boxes"] = [r for r in entry["boxes"] if r[5] != FROM_NETWORK]
        rows, entry["mistakes"] = extra_rows(look, args.cache, entry, args.sure)
        entry["boxes"] += rows
        for tally, found in ((count, rows), (wrong, entry["mistakes"])):
            for r in found:
                tally[int(r[0])] += 1
    part = index.with_suffix(".part")
    part.write_text(json.dumps(entries))
    part.replace(index)
    print(
        f"{seen} images: {count[0]} faces and {count[1]} plates ignored, "
        f"{wrong[0]} and {wrong[1]} mistakes to look at"
    )


if __name__ == "__main__":
    main()
