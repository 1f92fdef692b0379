"""The eye in 8 bits, for processors with VNNI and without.

    python -m lab.training.eye.eight_bit eye.onnx CACHE --out redact/models/eye

`eye.onnx` is what `lab.training.eye.export` writes, CACHE what `lab.training.eye.index` does. The
ranges of values are measured as CenterFace's are (`lab.training.centerface_8bit`), on pictures that
it learns from; `eye.int8.onnx` and `eye.int7.onnx` are written, and how far their log odds lie from
the float network's on pictures that took no part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from lab.training.calibration_file import said
from lab.training.centerface_8bit import apart, made, shown
from lab.training.eight_bit import in_8_bits, with_free_size
from lab.training.headroom import with_headroom
from redact.detection.eye import EYE_OUTPUTS
from redact.detection.weights import in_7_bits

#: Ranges are measured on half of so many pictures, of these sets and at these sizes in turn.
COUNT = 96
SETS = ("camera_clips", "openlpr", "icdar2015_walk", "oid_google_lp")
SIZES = (960, 640, 416)


def pictures(cache: Path) -> Iterator[NDArray[np.float32]]:
    """As the eye is shown them, f32 [1, 3, H, W]: as many of people as of vehicles."""
    entries = json.loads((cache / "index.json").read_text())
    for number in range(COUNT):
        mine = [e for e in entries if e["source"] == SETS[number % len(SETS)]]
        turn = number * 2 % COUNT + number * 2 // COUNT
        entry = mine[turn * len(mine) // COUNT]
        bgr = cv2.imread(str(cache / "images" / entry["file"]))
        yield shown(np.asarray(bgr[:, :, ::-1], np.uint8), SIZES[number // 4 % len(SIZES)])


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.eye.eight_bit", description=__doc__)
    ap.add_argument("weights", type=Path, help="the eye in floats")
    ap.add_argument("cache", type=Path)
    ap.add_argument("--out", type=Path, required=True, help="folder")
    a = ap.parse_args()
    exported = a.weights.read_bytes()
    model = with_free_size(onnx.load_from_string(exported))
    images = list(pictures(a.cache))
    used, rest = images[: COUNT // 2], images[COUNT // 2 :: 3]
    numbers = made(model, used, hashlib.sha256(exported).hexdigest(), said(), EYE_OUTPUTS)
    whole = in_8_bits(model, numbers)
    a.out.mkdir(parents=True, exist_ok=True)
    for name, network in (
        ("eye.int8.onnx", whole),
        (in_7_bits("eye.int8.onnx"), with_headroom(whole)),
    ):
        data = network.SerializeToString()
        (a.out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
    for number, target in enumerate(("face", "plate", "head")):
        off = apart(model, numbers, rest, number)
        print(
            f"{target}: {len(rest)} other pictures, {len(off)} peaks: "
            f"log odds rms {np.sqrt((off**2).mean()):.3f}, mean {off.mean():+.3f}"
        )


if __name__ == "__main__":
    main()
