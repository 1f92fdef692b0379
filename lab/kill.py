"""A batch that is killed at random moments and given again: `python -m lab.kill`.

Runs `redact run FOLDER` on short cuts of the sample, kills it with SIGKILL at a random moment,
gives the same command again, and so on. After every kill nothing under a final name may be
half-written; after every batch that ends by itself the outputs and plans must be, byte for byte,
those of a batch that nobody disturbed, and no hidden file may be left.

With `--work FOLDER` the count is kept there: the same command goes on where this one was stopped,
as long as it is the same redact.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from redact.batch.worker import what_is_installed
from redact.errors import ExitCode

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
    sources: Path,
    work: Path,
    moments: int,
    seed: int = 0,
    seen: Outcome | None = None,
    after: Callable[[Outcome], None] = lambda seen: None,
) -> Outcome:
    """Kill batches until `moments` random moments are seen; `work` is a folder for their results.

    What is seen is entered in `seen`, where that is given, and told to `after`, as it goes on.
    """
    shutil.rmtree(work / "undisturbed", ignore_errors=True)  # done before, it would tell no time
    expected, seconds = undisturbed(sources, work / "undisturbed")
    seen = seen or Outcome()
    chance = random.Random(f"{seed} {seen.kills}")
    while seen.kills < moments:
        results = work / f"batch-{seen.batches + 1}"
        shutil.rmtree(results, ignore_errors=True)  # of a count that was stopped
        while not _once(sources, results, expected, chance.uniform(0, seconds), seen):
            after(seen)
        after(seen)
        shutil.rmtree(results)
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
    """What a batch was at, as far as its folder tells."""
    if any(name.endswith(".partial") for name in names):
        return "something was being written"
    if any(name.endswith(".looks") for name in names):
        return "a file was being searched"
    if any(name.endswith(".run") for name in names):
        return "a file was begun, or had just got its name"
    return "between two files" if 0 < len(made) < len(expected) else "before or behind all files"


def _clips(folder: Path) -> Path:
    """Three short clips: short, so that most moments are not spent on the networks."""
    from tests.pipeline.conftest import SAMPLE, shorten

    if not folder.exists():
        folder.mkdir()
        for number, skip in enumerate((60, 75, 90), 1):
            shorten(SAMPLE, folder / f"{number}.mp4", 5, skip=skip)
    return folder


def _counted(tally: Path, installed: dict[str, str]) -> Outcome:
    """What was seen by an earlier command with the same redact."""
    if not tally.exists():
        return Outcome()
    kept = json.loads(tally.read_text())
    if kept.pop("installed") != installed:
        raise SystemExit(f"{tally}: is of another redact: choose another folder")
    return Outcome(**{**kept, "found": Counter(kept["found"])})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help="Folder in which the count is kept.")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        work = options.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        work.mkdir(exist_ok=True)
        tally, installed = work / "tally.json", what_is_installed()
        seen = _counted(tally, installed)

        def keep(seen: Outcome) -> None:
            tally.write_text(json.dumps({**vars(seen), "installed": installed}))
            if sys.stderr.isatty():
                print(f"\r{seen.kills}/{options.moments}", end="", file=sys.stderr, flush=True)

        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C: what was seen so far
            disturbed(_clips(work / "case"), work, options.moments, options.seed, seen, keep)
    print(
        f"killed {seen.kills} times in {seen.batches} batches; "
        f"{seen.left} hidden files were left by kills, none after a batch; "
        f"{len(seen.faults)} faults"
    )
    for moment, count in seen.found.most_common():
        print(f"{count:4} kills: {moment}")
    for fault in seen.faults:
        print(fault)
    sys.exit(1 if seen.faults else 0)


if __name__ == "__main__":
    main()
