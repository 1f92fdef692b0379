"""Memory that one run takes, by the size of the picture: `python -m lab.room`.

Redacts short clips of several sizes, each in a process of its own with the usual encoder settings,
and prints the peak resident memory beside what `redact.batch.processes`
reckons with before it begins several at once. Ends with 1 where a run took more than that.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av

from redact.batch.processes import bytes_for
from redact.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "street.mp4"
SIZES = ("640x360", "1280x720", "1920x1080", "3840x2160")


def make_clip(path: Path, size: str, frames: int) -> None:
    """Write frames of the sample from the middle on, where faces are, in another size."""
    width, height = map(int, size.split("x"))
    with av.open(str(SAMPLE)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "veryfast", "crf": "22"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for n, picture in enumerate(container.decode(video=0)):
            if 60 <= n < 60 + frames:
                shown = picture.reformat(width, height, "yuv420p")
                shown.pts, shown.time_base, shown.pict_type = n - 60, Fraction(1, 24), 0
                out.mux(stream.encode(shown))
        out.mux(stream.encode(None))


def peak_of_run(source: Path, output: Path, sensitivity: str) -> int:
    """Bytes of peak resident memory of one `redact run`, as the kernel counted them."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "run", str(source), "-o", str(output)),
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
    return usage.ru_maxrss * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--frames", type=int, default=72)
    parser.add_argument("--sensitivity", nargs="+", default=["balanced"])
    options = parser.parse_args()
    over = False
    print("| picture | sensitivity | peak memory | reckoned with |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            source = Path(folder) / f"{size}.mp4"
            # In a process of its own: a child counts its parent's memory from before its start.
            maker = multiprocessing.get_context("spawn").Process(
                target=make_clip, args=(source, size, options.frames)
            )
            maker.start()
            maker.join()
            for sensitivity in options.sensitivity:
                output = Path(folder) / f"{size}-{sensitivity}.mp4"
                peak, reckoned = peak_of_run(source, output, sensitivity), bytes_for(source)
                over = over or peak > reckoned
                print(
                    f"| {size} | {sensitivity} | {peak / 1e6:.0f} MB | {reckoned / 1e6:.0f} MB |",
                    flush=True,
                )
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
