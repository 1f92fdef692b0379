"""The eye in 8 bits, for processors with VNNI and without.

    python -m training.eye.eight_bit eye.onnx LABELS... --clips FOLDER... --out redact/models/eye

`eye.onnx` is what `training.eye.export` writes. The ranges of values are measured as CenterFace's
are (`training.centerface_8bit`), on the same dev frames; `eye.int8.onnx` and `eye.int7.onnx` are
written, and how far their log odds lie from the float network's on frames that took no part.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx

from benchmarks.real.labels import find_clips
from redact.detection.eye import OUTPUTS
from redact.detection.weights import in_7_bits
from training.calibration_file import said
from training.centerface_8bit import apart, made, pictures
from training.eight_bit import in_8_bits, with_free_size
from training.headroom import with_headroom
from training.labelled import dev_labels


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m training.eye.eight_bit", description=__doc__)
    ap.add_argument("weights", type=Path, help="the eye in floats")
    ap.add_argument("labels", type=Path, nargs="+", help="label files of real footage")
    ap.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of the clips")
    ap.add_argument("--frames", type=int, default=80, help="pictures to measure on")
    ap.add_argument("--out", type=Path, required=True, help="folder")
    a = ap.parse_args()
    exported = a.weights.read_bytes()
    model = with_free_size(onnx.load_from_string(exported))
    clips = find_clips(dev_labels(a.labels).clips(), a.clips)
    images = list(pictures([clips[name] for name in sorted(clips)]))
    rest, used = images[1::2], images[::2][: a.frames]
    numbers = made(model, used, hashlib.sha256(exported).hexdigest(), said(), OUTPUTS)
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
            f"{target}: {len(rest)} other frames, {len(off)} peaks: "
            f"log odds rms {np.sqrt((off**2).mean()):.3f}, mean {off.mean():+.3f}"
        )


if __name__ == "__main__":
    main()
