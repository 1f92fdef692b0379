"""`python -m benchmarks.cluster.ranges CLIP`: one long video over several workers.

A helper answers all ranges of the search and of the audit. Then the run goes through the video with
these answers, as it does when helpers are far ahead. Told is which share of the looks it took from
them, and how much sooner the video would be done with 2 to 16 workers. All times are processor
time, which a busy machine does not stretch.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import redact.pipeline.search as search
from redact.media import SourceInfo, probe
from redact.pipeline import AUDIT, SEARCH, Board, Journal, detect, help_run, keep_plan, look, render
from redact.pipeline.board import RANGE, answers_place
from redact.progress import Silent
from redact.settings import DetectSettings, Sensitivity, Settings
from redact.track import settings_of

from .local import ROOT, local_cluster
from .measure import command
from .simulate import Divided, time_of_divided

WORKERS = (1, 2, 4, 8, 16)
START = 3.0
"""Seconds until a process is ready to work (README, "Reckoned")."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage takes, and how many of its looks were taken from the helper."""

    divided: Divided
    looks: int
    taken: int


class _Over(Exception):  # noqa: N818
    """Leaves a board as a run does that is stopped: the answers stay."""


def answer(info: SourceInfo, settings: Settings, plan: Path, stage: str, output: Path) -> float:
    """Have a helper answer all ranges of a stage; seconds of processor time."""
    ranges = int((info.duration or 0) // RANGE) + 1
    helper = threading.Thread(target=help_run, args=(info, settings, plan))
    begun = time.process_time()
    try:
        with Board(plan) as board:
            board.begin(stage, output)
            helper.start()
            last = answers_place(plan, stage, ranges - 1)
            while helper.is_alive() and not (last.exists() and b"the end" in last.read_bytes()):
                helper.join(1)
            raise _Over
    except _Over:
        taken = time.process_time() - begun
    helper.join()
    return taken


def looks(journal: Journal) -> tuple[int, int]:
    """Looks of a stage, and those of them that were taken."""
    said = {m.code: m.values for step in journal.steps for m in step.detail}
    made = (said.get("detected") or said["looked_at"])["looked"]
    return int(str(made)), int(str(said.get("looks_ahead", {}).get("count", 0)))


def measure(clip: Path, settings: Settings, folder: Path, audit: bool) -> tuple[list[Stage], float]:
    """The stages that are divided, and seconds of what is not."""
    info, plan_file, output = probe(clip), folder / "plan.json", folder / "out.mp4"
    ranges = float(info.duration or 0) / RANGE
    begun = time.process_time()
    plan = detect(info, settings.detect, Journal(Silent()))
    alone = time.process_time() - begun
    helper = answer(info, settings, plan_file, SEARCH, output)
    journal, begun = Journal(Silent()), time.process_time()
    with Board(plan_file) as board:
        if detect(info, settings.detect, journal, None, plan_file, board) != plan:
            raise SystemExit("the plan is another one")
    helped = time.process_time() - begun
    stages = [Stage(Divided(ranges, alone, helper, helped), *looks(journal))]
    print(f"search {alone:.0f} s, helper {helper:.0f} s, with answers {helped:.0f} s", flush=True)
    keep_plan(plan, plan_file)
    begun = time.process_time()
    if not audit:
        return stages, 0.0
    drawn = render(info, plan, settings.draw, output, "mp4", Journal(Silent())).plan
    rest = time.process_time() - begun
    begun = time.process_time()
    found = look(info, drawn, settings.draw, output, Journal(Silent()))
    alone = time.process_time() - begun
    helper = answer(info, settings, plan_file, AUDIT, output)
    journal, begun = Journal(Silent()), time.process_time()
    with Board(plan_file) as board:
        board.begin(AUDIT, output)
        if look(info, drawn, settings.draw, output, journal, board=board) != found:
            raise SystemExit("the audit found something else")
    helped = time.process_time() - begun
    print(f"audit {alone:.0f} s, helper {helper:.0f} s, with answers {helped:.0f} s", flush=True)
    stages.append(Stage(Divided(ranges, alone, helper, helped), *looks(journal)))
    return stages, rest


def timed(clip: Path, sensitivity: str, folder: Path, counts: Sequence[int]) -> None:
    """A whole run with so many workers, of one processor each: seconds, and processor time of the
    run, which is what it would take on a machine of its own, helpers being as quick."""
    for workers in counts:
        place = folder / f"workers-{workers}"
        place.mkdir()
        with local_cluster(place, workers, pinned=True) as address:
            begun = time.monotonic()
            words = ("--sensitivity", sensitivity, "--json", "--scheduler", address)
            run = command(clip, f"{place / 'out'}{os.sep}", *words)
            process = subprocess.Popen(
                run, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            used = 0.0
            while process.poll() is None:
                used = max(used, _used("--one-of-several", "--helping"))
                time.sleep(0.2)
            seconds = time.monotonic() - begun
        (record,) = (place / "out").rglob("*.manifest.json")
        taken = {
            step["name"]: said["values"]["count"]
            for step in json.loads(record.read_text())["run"]["steps"]
            for said in step["detail"]
            if said["code"] == "looks_ahead"
        }
        print(f"{workers} workers: {seconds:.0f} s, run {used:.0f} s, taken {taken}", flush=True)


def _used(word: str, without: str) -> float:
    """Processor time so far of the process below this one whose command has a word."""
    import psutil

    found = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if word in words and without not in words:
                found = sum(process.cpu_times()[:2])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--sensitivity", default="balanced", choices=[s.value for s in Sensitivity])
    parser.add_argument("--search-only", action="store_true")
    parser.add_argument("--workers", type=int, nargs="+", help="Time so many workers of dask.")
    parser.add_argument("--never-meet", action="store_true", help="Without meeting points.")
    options = parser.parse_args()
    if options.never_meet:
        vars(search)["settings_of"] = lambda *about: replace(settings_of(*about), meet_every=0.0)
    if options.workers:
        with tempfile.TemporaryDirectory() as folder:
            timed(options.clip, options.sensitivity, Path(folder), options.workers)
        return
    settings = Settings(detect=DetectSettings(sensitivity=Sensitivity(options.sensitivity)))
    with tempfile.TemporaryDirectory() as folder:
        stages, rest = measure(options.clip, settings, Path(folder), not options.search_only)
    print(f"drawing {rest:.0f} s")
    for name, stage in zip(("search", "audit"), stages, strict=False):
        print(f"{name}: {stage.taken} of {stage.looks} looks taken")
    print(f"\n| workers | {' | '.join(map(str, WORKERS))} |\n|---|" + "---|" * len(WORKERS))
    for times in (1, 60):
        parts = [stage.divided.longer(times) for stage in stages]
        took = [START + rest * times + sum(time_of_divided(p, n) for p in parts) for n in WORKERS]
        length = float(parts[0].ranges * RANGE)
        print(f"| {length / 60:.0f} min | {' | '.join(f'{took[0] / t:.1f}' for t in took)} |")


if __name__ == "__main__":
    main()
