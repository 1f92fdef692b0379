"""What one file takes on one worker, and how long a case takes with one worker and with two."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from redact.evidence import manifest_path, read_manifest
from redact.media import probe

from .local import local_cluster

ROOT = Path(__file__).resolve().parents[2]
FILES = 8
"""Files in the case that is timed: enough that the last one does not decide."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Attributes:
    factor: seconds of work for a second of footage.
    start: seconds that a process takes besides its steps.
    rate: bytes read and written for a second of footage.
    """

    factor: float
    start: float
    rate: float


def measure_one(clips: Sequence[Path], folder: Path) -> Measured:
    """One run on each of some clips, alone."""
    work = start = traffic = footage = 0.0
    for number, clip in enumerate(clips):
        output = folder / f"one-{number}.mp4"
        begun = time.monotonic()
        process = subprocess.Popen(_command(clip, output), cwd=ROOT, stderr=subprocess.DEVNULL)
        moved = _traffic(process)
        seconds = time.monotonic() - begun
        steps = sum(step.seconds for step in read_manifest(manifest_path(output)).run.steps)
        footage += float(probe(clip).duration or 0)
        work, start, traffic = work + steps, start + seconds - steps, traffic + moved
    return Measured(work / footage, start / len(clips), traffic / footage)


def measure_workers(clips: Sequence[Path], folder: Path) -> dict[int, float]:
    """Seconds for a case of `FILES` files with one worker and with two."""
    case = folder / "case"
    case.mkdir()
    for number in range(FILES):
        clip = clips[number % len(clips)]
        shutil.copyfile(clip, case / f"{number}{clip.suffix}")
    times = {}
    for workers in (1, 2):
        place = folder / f"workers-{workers}"
        place.mkdir()
        with local_cluster(place, workers) as address:
            begun = time.monotonic()
            words = _command(case, f"{place / 'out'}{os.sep}", "--scheduler", address)
            subprocess.run(words, cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
            times[workers] = time.monotonic() - begun
        count = len(list((place / "out").rglob("*.manifest.json")))
        if count != FILES:
            raise SystemExit(f"{count} results of {FILES} with {workers} workers")
    return times


def _command(source: Path, output: object, *words: str) -> list[str]:
    return [sys.executable, "-m", "redact", "run", str(source), "-o", str(output), *words]


def _traffic(process: subprocess.Popen[bytes]) -> int:
    """Bytes that a process asked the system for, libraries and models included (Linux)."""
    moved = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            words = Path(f"/proc/{process.pid}/io").read_text().split()
            moved = int(words[1]) + int(words[3])
        time.sleep(0.05)
    return moved
