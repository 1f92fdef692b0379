"""A case on many workers, reckoned from what one file takes on one.

Each worker takes the next file, the largest first, as `redact run --scheduler` hands them out. All
read from one storage: while they want more from it than it gives, all go on slower by the same
factor. Nothing else couples them: results in words are a few kilobytes a file.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """One file: seconds on a worker that is alone, and bytes read and written meanwhile."""

    seconds: float
    bytes: float


def time_for(files: Sequence[File], workers: int, bandwidth: float) -> float:
    """Seconds until all are done.

    Args:
        files: of the case.
        workers: at work.
        bandwidth: bytes a second that the storage gives to all together.
    """
    waiting = sorted(files, key=lambda file: file.seconds)
    running: list[list[float]] = []  # seconds left of each, bytes a second that it wants
    now = 0.0
    while waiting or running:
        while waiting and len(running) < workers:
            file = waiting.pop()
            running.append([file.seconds, file.bytes / file.seconds])
        wanted = sum(rate for _, rate in running)
        pace = min(1.0, bandwidth / wanted) if wanted else 1.0
        step = min(left for left, _ in running)
        now += step / pace
        for job in running:
            job[0] -= step
        running = [job for job in running if job[0] > 1e-9]
    return now


def week_of_cameras(factor: float, start: float, rate: float) -> list[File]:
    """Seven days of two cameras, eight hours a day in files of an hour.

    Args:
        factor: seconds of work for a second of footage.
        start: seconds until a process is ready to work.
        rate: bytes of traffic with the storage for a second of footage.
    """
    return [File(start + 3600 * factor, 3600 * rate)] * (7 * 2 * 8)


def phone_clips(factor: float, start: float, rate: float, seed: int = 0) -> list[File]:
    """Two hundred clips of witnesses, most under a minute and one of an hour; as above."""
    chance = random.Random(seed)
    lengths = [min(900.0, chance.lognormvariate(3.7, 0.8)) for _ in range(199)] + [3600.0]
    return [File(start + seconds * factor, seconds * rate) for seconds in lengths]
