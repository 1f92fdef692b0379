"""`python -m lab.cluster`: one worker, two workers, and 2 to 64 reckoned.

Needs dask.distributed for the first table; starts a scheduler and workers of its own on 127.0.0.1.
Speed-up says something only on a machine that does nothing else: with `--reckon FACTOR START RATE`
the second table is made from given figures alone.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from .measure import Measured, measure_one, measure_workers
from .simulate import File, phone_clips, time_for, week_of_cameras

WORKERS = (1, 2, 4, 8, 16, 32, 64)
STORAGES = {"1 Gbit/s": 110e6, "10 Gbit/s": 1.1e9}


def reckoned(measured: Measured) -> None:
    figures = measured.factor, measured.start, measured.rate
    cases: dict[str, list[File]] = {
        "112 files of an hour": week_of_cameras(*figures),
        "200 clips, one of an hour": phone_clips(*figures),
    }
    print(
        f"\n{figures[0]:.2f} s of work for a second of footage, {figures[1]:.1f} s to begin, "
        f"{figures[2] / 1e6:.2f} MB of traffic for a second of footage\n"
    )
    print(f"| case | storage | {' | '.join(f'{n}' for n in WORKERS)} |")
    print("|---|---|" + "---|" * len(WORKERS))
    for case, files in cases.items():
        alone = time_for(files, 1, float("inf"))
        for storage, bandwidth in STORAGES.items():
            gains = [alone / time_for(files, n, bandwidth) for n in WORKERS]
            print(f"| {case} | {storage} | {' | '.join(f'{gain:.1f}' for gain in gains)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-workers", action="store_true", help="Without dask: reckon only.")
    parser.add_argument("--only-workers", action="store_true", help="Reckon nothing.")
    parser.add_argument("--reckon", nargs=3, type=float, metavar=("FACTOR", "START", "RATE"))
    options = parser.parse_args()
    from tests.pipeline.conftest import SAMPLE, shorten

    if options.reckon:
        reckoned(Measured(*options.reckon))
        return
    with tempfile.TemporaryDirectory() as folder:
        short, long = (
            shorten(SAMPLE, Path(folder) / f"{n}.mp4", n, skip=60, size="1280x720")
            for n in (12, 72)
        )
        if not options.only_workers:
            reckoned(measure_one(short, long, Path(folder)))
        times = {} if options.no_workers else measure_workers(short, Path(folder))
    if times:
        print("\n| workers | seconds | to one |\n|---|---|---|")
    for workers, seconds in times.items():
        print(f"| {workers} | {seconds:.1f} | {times[1] / seconds:.2f} |")


if __name__ == "__main__":
    main()
