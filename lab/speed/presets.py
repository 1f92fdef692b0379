"""What x264's presets cost, and what they make of it: `python -m lab.speed.presets CLIP...`.

Each clip's frames are encoded as a run encodes them, nothing drawn, and compared with what was
encoded, luma alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import islice
from math import log10
from pathlib import Path

import cv2
import numpy as np

from redact.media import Decode, SourceInfo, VideoWriter, plane_array, probe
from redact.settings import EncodeSettings
from redact.types import Frame

TRIED = (("medium", 18), ("fast", 18), ("faster", 18), ("veryfast", 18), ("veryfast", 17))


def row(info: SourceInfo, frames: list[Frame], preset: str, crf: int, folder: Path) -> str:
    """Processor seconds, size, mean and lowest PSNR of the frames."""
    path = folder / "encoded.mp4"
    before = time.process_time()
    with VideoWriter(path, info, EncodeSettings(preset=preset, crf=crf)) as writer:
        for frame in frames:
            writer.write(frame)
    took = time.process_time() - before
    found = [_psnr(a, b) for a, b in zip(frames, Decode(probe(path)), strict=True)]
    size, quality = path.stat().st_size / 1000, f"{np.mean(found):.2f} dB | {min(found):.2f} dB"
    return f"| {info.path.name} | {preset}, {crf} | {took:.2f} s | {size:.0f} kB | {quality} |"


def _psnr(a: Frame, b: Frame) -> float:
    one, two = (plane_array(frame.picture, 0) for frame in (a, b))
    return 10 * log10(255**2 * one.size / max(cv2.norm(one, two, cv2.NORM_L2SQR), 1e-9))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.speed.presets", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--skip", type=int, default=0, help="frames at the beginning")
    parser.add_argument("--frames", type=int, default=30, help="of each clip, at most")
    args = parser.parse_args()
    print("| clip | preset, CRF | processor | size | PSNR | lowest |\n|---|---|---|---|---|---|")
    for clip in args.clips:
        info = probe(clip)
        frames = list(islice(Decode(info), args.skip, args.skip + args.frames))
        with tempfile.TemporaryDirectory() as folder:
            for preset, crf in TRIED:
                print(row(info, frames, preset, crf, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
