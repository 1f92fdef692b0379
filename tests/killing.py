"""A batch that is killed at random moments and restarted.

Runs `redact run FOLDER` on short cuts of the sample, kills it with SIGKILL at a random moment,
runs the same command again, and so on. After every kill nothing under a final name may be
half-written; after every batch that ends by itself the outputs and plans must be, byte for byte,
those of a batch that nobody disturbed, and no hidden file may be left.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from redact.errors import ExitCode

from .program import QUICK

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """What was seen over all moments.

    Attributes:
        kills: that came while the command worked.
        batches: that ended by themselves, each compared with the undisturbed one.
        left: hidden files that were there after a kill, before the command was given again.
        found: kills by what they left: the moments that they hit.
        faults: everything that must not be, in words.
    """

    kills: int = 0
    batches: int = 0
    left: int = 0
    found: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def command(sources: Path, results: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "redact", "run", str(sources), "-o", f"{results}{os.sep}"),
        *(*QUICK, "--preset", "ultrafast"),
    ]


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every output and plan; records contain times, so only their names are compared."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file() and not path.name.startswith("."):
            same = "" if path.name in ("record.json", "run.json", "held-back.json") else None
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if same is None else same
            found[str(path.relative_to(folder))] = digest
    return found


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob(".*")] if folder.exists() else []


def undisturbed(sources: Path, results: Path) -> tuple[dict[str, str], float]:
    """The files that an undisturbed batch writes, and the seconds that it takes."""
    begun = time.monotonic()
    done = subprocess.run(command(sources, results), cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        raise SystemExit(done.stderr.decode())
    return contents(results), time.monotonic() - begun


def disturbed(sources: Path, work: Path, moments: int, seed: int) -> Outcome:
    """Kill batches at `moments` random moments; results go into folders of `work`."""
    expected, seconds = undisturbed(sources, work / "undisturbed")
    seen = Outcome()
    chance = random.Random(seed)
    while seen.kills < moments:
        results = work / f"batch-{seen.batches + 1}"
        while not _once(sources, results, expected, chance.uniform(0, seconds), seen):
            pass
        shutil.rmtree(results)
    return seen


def _once(
    sources: Path, results: Path, expected: dict[str, str], after: float, seen: Outcome
) -> bool:
    """One command, killed after some seconds; returns whether it ended before that."""
    process = subprocess.Popen(
        command(sources, results), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, words = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.kills += 1
        names = hidden(results)
        seen.left += len(names)
        seen.found[_moment(names, contents(results), expected)] += 1
        seen.faults += _half_written(contents(results), expected)
        return False
    seen.batches += 1
    if process.returncode not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        seen.faults.append(f"exit code {process.returncode}: {words.decode()}")
    found = contents(results)
    if found != expected:
        seen.faults.append(f"{results.name}: {sorted(found.items() ^ expected.items())}")
    seen.faults += [f"{results.name}: {name} is left" for name in hidden(results)]
    return True


def _half_written(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    return [
        f"{name}: {'is not that of an undisturbed batch' if name in expected else 'is new'}"
        for name, digest in found.items()
        if expected.get(name) != digest
    ]


def _moment(names: list[str], made: dict[str, str], expected: dict[str, str]) -> str:
    """The step at which a batch was killed, as far as its folder shows."""
    if any(name.endswith(".partial") for name in names):
        return "something was being written"
    if any(name.endswith(".scans") for name in names):
        return "a file was being searched"
    return "between two files" if 0 < len(made) < len(expected) else "before or behind all files"
