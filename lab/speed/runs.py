"""One run of a program on a clip, and what it cost."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from redact.errors import ExitCode

ENDS_WELL = (ExitCode.DONE, ExitCode.NEEDS_REVIEW)


@dataclass(frozen=True)
class Took:
    """What a process cost.

    Attributes:
        wall, processor: seconds, from its start to its end.
        memory: peak resident memory, MB.
        stages: seconds on the clock of the stages that redact's record names.
        tracks: that redact found.
        tracks: found by redact.
    """

    wall: float
    processor: float
    memory: float
    stages: dict[str, float] = field(default_factory=dict)
    tracks: int = 0


def transcode(source: Path, folder: Path) -> Took:
    """Decode and encode with redact's own reader and writer, without detecting or drawing."""
    output = folder / "transcoded.mp4"
    return _took([sys.executable, "-m", "lab.speed.transcode", str(source), str(output)])


def redact(source: Path, folder: Path, more: Sequence[str] = ()) -> Took:
    """The whole command, audit included, with further options."""
    output = folder / "redacted.mp4"
    command = [sys.executable, "-m", "redact", "run", str(source), "-o", str(output)]
    took = _took([*command, "--force", "--no-plan", "--json", *more], ENDS_WELL)
    record = json.loads(took.printed)
    manifest = json.loads(Path(record["manifest"]).read_text())
    stages = {step["name"]: step["seconds"] for step in manifest["run"]["steps"]}
    tracks = sum(record["tracks"].values())
    return Took(took.wall, took.processor, took.memory, stages, tracks)


@dataclass(frozen=True)
class _Printed(Took):
    printed: str = ""


def _took(command: list[str], accepted: tuple[int, ...] = (0,)) -> _Printed:
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    printed = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accepted:
        raise SystemExit(f"{shlex.join(command)} ended with {process.returncode}")
    processor = usage.ru_utime + usage.ru_stime
    memory = usage.ru_maxrss * 1024 / 1e6
    return _Printed(time.monotonic() - begun, processor, memory, printed=printed)


def middle(runs: list[Took]) -> Took:
    """Medians of several equal runs."""
    stages = {name: median(r.stages[name] for r in runs) for name in runs[0].stages}
    return Took(
        median(r.wall for r in runs),
        median(r.processor for r in runs),
        median(r.memory for r in runs),
        stages,
        runs[0].tracks,
    )
