"""Between preparation and training: what an earlier network surely sees and no label says.

    python -m training.relabel CACHE face-plate.int8.onnx

Plate sets often label the main plate only, face sets leave clear faces out. Learning those as
background pulls the scores of real objects down. Unlabelled detections from `--sure` on become
ignore regions in CACHE/index.json: neither object nor background. Rerunning replaces them (rows
with ignore = 2).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.detect.reference import Reference
from training.prepare import overlap

FROM_NETWORK = 2


def extra_rows(
    look: Reference, cache: Path, entry: dict[str, Any], sure: float
) -> list[list[float]]:
    """Ignore rows for one image."""
    bgr = cv2.imread(str(cache / "images" / entry["file"]), cv2.IMREAD_COLOR)
    if bgr is None:
        raise FileNotFoundError(entry["file"])
    boxes, scores, targets = look(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8))
    rows = []
    for box, score, target in zip(boxes, scores, targets, strict=True):
        have = [r[1:5] for r in entry["boxes"] if r[0] == target]
        if score >= sure and not any(overlap(list(box), h) > 0.4 for h in have):
            rows.append([int(target), *(round(float(v), 1) for v in box), FROM_NETWORK])
    return rows


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("--sure", type=float, default=0.45)
    ap.add_argument("--long-side", type=int, default=640)
    ap.add_argument("--threads", type=int, default=1)
    args = ap.parse_args()
    look = Reference(args.model, (args.long_side,), args.sure, "nms", args.threads)
    index = args.cache / "index.json"
    entries = json.loads(index.read_text())
    count = [0, 0]
    for entry in entries:
        entry["boxes"] = [r for r in entry["boxes"] if r[5] != FROM_NETWORK]
        rows = extra_rows(look, args.cache, entry, args.sure)
        entry["boxes"] += rows
        for r in rows:
            count[int(r[0])] += 1
    part = index.with_suffix(".part")
    part.write_text(json.dumps(entries))
    part.replace(index)
    print(f"{len(entries)} images: {count[0]} faces and {count[1]} plates ignored")


if __name__ == "__main__":
    main()
