"""Peak memory of a long clip beside a short one: `python -m lab.memory`.

Makes 1080p clips by playing the sample street to and fro, redacts each in a process of its own and
prints the peak resident memory of that process, as the kernel counted it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from redact.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "street.mp4"
WIDTH, HEIGHT, RATE = 1920, 1080, 24


def make_clip(path: Path, seconds: int) -> None:
    """Write `seconds` of the sample at 1080p, forwards and backwards in turn."""
    with av.open(str(SAMPLE)) as container:
        pictures = [f.reformat(WIDTH, HEIGHT, "yuv420p") for f in container.decode(video=0)]
    there_and_back = pictures + pictures[::-1]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for n in range(seconds * RATE):
            picture = there_and_back[n % len(there_and_back)]
            picture.pts, picture.time_base, picture.pict_type = n, Fraction(1, RATE), 0
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def peak_of_run(source: Path, output: Path, sensitivity: str) -> tuple[float, float]:
    """Peak resident memory in MB and seconds of one `redact run`."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "run", str(source), "-o", str(output), "--force"),
            *("--sensitivity", sensitivity, "--preset", "ultrafast", "--no-manifest"),
        ],
        cwd=ROOT,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        raise SystemExit(f"redact ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss * 1024 / 1e6, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, nargs="+", default=[10, 600])
    parser.add_argument("--sensitivity", default="balanced")
    parser.add_argument("--clips", type=Path, help="keep the clips here, use those that are there")
    options = parser.parse_args()
    first = None
    print("| clip, 1080p | peak memory | to the first | time |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for seconds in options.seconds:
            source = (options.clips or Path(folder)).resolve() / f"{seconds}.mp4"
            if not source.exists():
                # In a process of its own: a child counts its parent's memory from before its start.
                maker = multiprocessing.get_context("spawn").Process(
                    target=make_clip, args=(source, seconds)
                )
                maker.start()
                maker.join()
            peak, took = peak_of_run(
                source, Path(folder) / f"out-{source.name}", options.sensitivity
            )
            first = first or peak
            print(
                f"| {seconds} s | {peak:.0f} MB | {peak / first:.2f} | {took:.0f} s |", flush=True
            )


if __name__ == "__main__":
    main()
