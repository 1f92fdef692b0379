"""What one file takes on one worker, and how long a case takes with one worker and with two."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from redact.media import probe

from .local import local_cluster

ROOT = Path(__file__).resolve().parents[2]
FILES = 8
"""Files in the case that is timed: enough that the last one does not decide."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one file takes: processor time, which a busy machine does not stretch.

    Attributes:
        factor: seconds of work for a second of footage.
        start: seconds until a process is ready to work.
        rate: bytes asked of the storage for a second of footage.
    """

    factor: float
    start: float
    rate: float


def measure_one(short: Path, long: Path, folder: Path) -> Measured:
    """One run on each of two clips that differ in length alone, one after the other."""
    (work, moved), (more_work, more_moved) = (
        _run(clip, folder / f"one-{clip.name}") for clip in (short, long)
    )
    first, second = (float(probe(clip).duration or 0) for clip in (short, long))
    factor = (more_work - work) / (second - first)
    rate = (more_moved - moved) / (second - first)
    return Measured(factor, max(0.0, work - factor * first), rate)


def _run(clip: Path, output: Path) -> tuple[float, int]:
    """Seconds of processor time, and bytes asked of the storage, libraries and models included."""
    process = subprocess.Popen(command(clip, output), cwd=ROOT, stderr=subprocess.DEVNULL)
    moved = 0
    while True:
        with contextlib.suppress(OSError, ValueError, IndexError):  # Linux alone says it
            words = Path(f"/proc/{process.pid}/io").read_text().split()
            moved = int(words[1]) + int(words[3])
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime, moved
        time.sleep(0.02)


def measure_workers(clip: Path, folder: Path) -> dict[int, float]:
    """Seconds for a case of `FILES` files with one worker and with two, of one processor each."""
    pinned = hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1
    case = folder / "case"
    case.mkdir()
    for number in range(FILES):
        shutil.copyfile(clip, case / f"{number}{clip.suffix}")
    times = {}
    for workers in (1, 2):
        place = folder / f"workers-{workers}"
        place.mkdir()
        with local_cluster(place, workers, pinned) as address:
            begun = time.monotonic()
            words = command(case, f"{place / 'out'}{os.sep}", "--scheduler", address)
            subprocess.run(words, cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
            times[workers] = time.monotonic() - begun
        count = len(list((place / "out").rglob("*.manifest.json")))
        if count != FILES:
            raise SystemExit(f"{count} results of {FILES} with {workers} workers")
    return times


def command(source: Path, output: object, *words: str) -> list[str]:
    return [sys.executable, "-m", "redact", "run", str(source), "-o", str(output), *words]
