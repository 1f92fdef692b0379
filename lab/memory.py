"""Peak memory of runs, by picture size and clip length: `python -m lab.memory`.

Makes clips by playing the sample street forwards and backwards, redacts each in its own process
with the usual encoder settings, and prints that process's peak resident memory, as counted by the
kernel, beside the estimate with which `redact.batch.processes` decides how many fit at once. Exits
with 1 if a run took more than the estimate.
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

from redact.batch.processes import bytes_for
from redact.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "street.mp4"
SIZES = ("640x360", "1280x720", "1920x1080", "3840x2160")
RATE = 24
FIRST = 60
"""First frame of the sample with faces in view."""


def make_clip(path: Path, size: str, frames: int) -> None:
    """Write frames of the sample in another size, forwards and backwards in turn."""
    width, height = map(int, size.split("x"))
    with av.open(str(SAMPLE)) as container:
        pictures = [f.reformat(width, height, "yuv420p") for f in container.decode(video=0)]
    there_and_back = (pictures := pictures[FIRST:][:frames]) + pictures[::-1]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "22"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for n in range(frames):
            picture = there_and_back[n % len(there_and_back)]
            picture.pts, picture.time_base, picture.pict_type = n, Fraction(1, RATE), 0
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def peak_of_run(source: Path, output: Path, sensitivity: str) -> tuple[int, float]:
    """Bytes of peak resident memory, and seconds, of one `redact run`."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "run", str(source), "-o", str(output), "--force"),
            *("--sensitivity", sensitivity),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        raise SystemExit(f"redact ended with {process.returncode}")
    return usage.ru_maxrss * 1024, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--seconds", type=float, nargs="+", default=[3])
    parser.add_argument("--sensitivity", default="balanced")
    options = parser.parse_args()
    over = False
    print(
        "| picture | length | peak memory | reckoned with | time |\n|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        for size, seconds in ((s, t) for s in options.sizes for t in options.seconds):
            source = Path(folder) / f"{size}-{seconds:g}.mp4"
            # In its own process: a child's peak includes its parent's memory at its start.
            maker = multiprocessing.get_context("spawn").Process(
                target=make_clip, args=(source, size, round(seconds * RATE))
            )
            maker.start()
            maker.join()
            output = Path(folder) / f"out-{source.name}"
            peak, took = peak_of_run(source, output, options.sensitivity)
            reckoned = bytes_for(source)
            over = over or peak > reckoned
            cells = f"{peak / 1e6:.0f} MB | {reckoned / 1e6:.0f} MB | {took:.0f} s"
            print(f"| {size} | {seconds:g} s | {cells} |", flush=True)
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
