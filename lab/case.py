"""A case of twenty mixed files, stopped three times and resumed: `python -m lab.case`.

Makes a folder of videos in several containers, with broken ones and other things among them, and
gives one command until it ends by itself: the first time it is stopped by Ctrl-C, then by SIGTERM,
then by SIGKILL, each as soon as more files are done. Prints what the command says at its end, and
ends with 1 where the outputs are not those of a case that nobody stopped, one file after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import av

from .kill import ROOT, contents, hidden

COUNT = 20
UNREADABLE = {"source incomplete": 1, "refused": 5}
"""What becomes of the broken files; all others end as in a case that nobody stops."""


def make_case(folder: Path) -> None:
    """Twenty files of which redact can read fifteen, some in folders of their own."""
    from tests.pipeline.conftest import SAMPLE, shorten

    for place in ("north", "south/door"):
        (folder / place).mkdir(parents=True)
    first = shorten(SAMPLE, folder / "clip-0.mp4", 8, skip=60)
    for number, (place, ending) in enumerate(
        (p, e) for p in (".", "north", "south/door") for e in (".mp4", ".mov", ".mkv", ".ts")
    ):
        made = shorten(SAMPLE, folder / "making.mp4", 8, skip=64 + 4 * number)
        wrapped(made, folder / place / f"cam{number}{ending}")
        made.unlink()
    shutil.copyfile(first, folder / "north" / "name with späces.mp4")
    whole = (folder / "cam2.mkv").read_bytes()
    cut = wrapped(first, folder / "south" / "cut.mp4", movflags="faststart")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size * 3 // 4])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("Not a video.\n")
    (folder / "noise.mkv").write_bytes(bytes(range(256)) * 64)
    (folder / "headless.mp4").write_bytes(first.read_bytes()[:4000])
    (folder / "south" / "half.mkv").write_bytes(whole[:200])


def wrapped(source: Path, target: Path, **options: str) -> Path:
    """The same streams in another container."""
    with av.open(str(source)) as src, av.open(str(target), "w", options=options) as out:
        streams = {s.index: out.add_stream_from_template(s) for s in src.streams}
        for packet in src.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    return target


def command(case: Path, results: Path, *words: str) -> list[str]:
    """Of the case, quick to search and to encode."""
    return [
        *(sys.executable, "-m", "redact", "run", str(case), "-r", "-o", f"{results}{os.sep}"),
        *("--sensitivity", "fast", "--preset", "ultrafast", "--json", *words),
    ]


def done_so_far(results: Path) -> int:
    return len(list(results.rglob("*.manifest.json"))) if results.exists() else 0


def stopped(words: list[str], results: Path, how: signal.Signals, more: int) -> None:
    """Give the command and stop it as soon as so many more files are done."""
    goal = done_so_far(results) + more
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while process.poll() is None and done_so_far(results) < goal:
        time.sleep(0.02)
    process.send_signal(how)
    code = process.wait()
    time.sleep(1)  # what it had started ends by itself
    print(f"stopped by {how.name} with {done_so_far(results)} done, exit code {code}")


def ended(words: list[str]) -> tuple[list[dict[str, Any]], str, int]:
    """Results, what was said, and exit code of a command that nobody stops."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout), done.stderr, done.returncode


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        case, calm, results = (Path(folder) / name for name in ("case", "calm", "results"))
        case.mkdir()
        make_case(case)
        undisturbed, _, _ = ended(command(case, calm))
        expected = Counter(result["state"] for result in undisturbed)
        words = command(case, results, "--jobs", "2", "--index", str(Path(folder) / "case.html"))
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            stopped(words, results, how, 3)
        found, said, code = ended(words)
        print(said.replace(str(folder) + os.sep, "").rstrip(), f"\nexit code {code}")
        states = Counter(result["state"].replace("done before", "done") for result in found)
        if states != expected:
            faults.append(f"{dict(states)} instead of {dict(expected)}")
        if any(states[state] != count for state, count in UNREADABLE.items()):
            faults.append(f"{dict(states)}, without {UNREADABLE}")
        if sum(result["state"] in ("done before", "needs review") for result in found) < 9:
            faults.append("what was done was done again")
        made = {n: d for n, d in contents(results).items() if not n.endswith(".report.html")}
        different = sorted(made.items() ^ contents(calm).items())
        faults += [f"not as in the calm case: {name}" for name, _ in different]
        faults += [f"left: {name}" for name in hidden(results)]
    print(f"{len(found)} files, stopped three times; {len(faults)} faults")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
