"""A batch that is killed at random moments and given again: `python -m benchmarks.kill`.

Runs `redact run FOLDER` on short cuts of the sample, kills it with SIGKILL at a random moment,
gives the same command again, and so on. After every kill nothing under a final name may be
half-written; after every batch that ends by itself the outputs and plans must be, byte for byte,
those of a batch that nobody disturbed, and no hidden file may be left.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from redact.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """What was seen over all moments.

    Attributes:
        kills: that came while the command worked.
        batches: that ended by themselves, each compared with the undisturbed one.
        left: hidden files that were there after a kill, before the command was given again.
        faults: everything that must not be, in words.
    """

    kills: int = 0
    batches: int = 0
    left: int = 0
    faults: list[str] = field(default_factory=list)


def command(sources: Path, results: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "redact", "run", str(sources), "-o", f"{results}{os.sep}"),
        *("--sensitivity", "fast", "--preset", "ultrafast"),
    ]


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every output and plan; records hold times and are looked at by name alone."""
    found = {}
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file() and not path.name.startswith("."):
            same = "" if path.name.endswith((".manifest.json", ".needs-review.json")) else None
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if same is None else same
            found[str(path.relative_to(folder))] = digest
    return found


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob(".*")] if folder.exists() else []


def undisturbed(sources: Path, results: Path) -> tuple[dict[str, str], float]:
    """What a batch writes that nobody disturbs, and how many seconds it takes."""
    begun = time.monotonic()
    done = subprocess.run(command(sources, results), cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in (ExitCode.DONE, ExitCode.NEEDS_REVIEW):
        raise SystemExit(done.stderr.decode())
    return contents(results), time.monotonic() - begun


def disturbed(
    sources: Path, work: Path, moments: int, seed: int = 0, seen: Outcome | None = None
) -> Outcome:
    """Kill batches at `moments` random moments; `work` is a folder for their results.

    What is seen is entered in `seen`, where that is given, as it goes on.
    """
    expected, seconds = undisturbed(sources, work / "undisturbed")
    chance, seen, number = random.Random(seed), seen or Outcome(), 0
    while seen.kills < moments:
        number += 1
        results = work / f"batch-{number}"
        while not _once(sources, results, expected, chance.uniform(0, seconds), seen):
            if sys.stderr.isatty():
                print(f"\r{seen.kills}/{moments}", end="", file=sys.stderr, flush=True)
    return seen


def _once(
    sources: Path, results: Path, expected: dict[str, str], after: float, seen: Outcome
) -> bool:
    """One command, killed after some seconds; whether it came to its end before that."""
    process = subprocess.Popen(
        command(sources, results), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, words = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.kills += 1
        seen.left += len(hidden(results))
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


def main() -> None:
    from tests.pipeline.conftest import SAMPLE, shorten

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "case"
        sources.mkdir()
        for number, skip in enumerate((60, 75, 90), 1):
            shorten(SAMPLE, sources / f"{number}.mp4", 10, skip=skip)
        seen = Outcome()
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C: what was seen so far
            disturbed(sources, Path(folder), options.moments, options.seed, seen)
    print(
        f"killed {seen.kills} times in {seen.batches} batches; "
        f"{seen.left} hidden files were left by kills, none after a batch; "
        f"{len(seen.faults)} faults"
    )
    for fault in seen.faults:
        print(fault)
    sys.exit(1 if seen.faults else 0)


if __name__ == "__main__":
    main()
