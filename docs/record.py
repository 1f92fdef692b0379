"""Makes the recordings in `docs/recordings/`: `python -m docs.record`.

Each is what a terminal shows while its commands run on short cuts of the sample, with standard
output and standard error as they come. `tests/cli/test_recordings.py` runs them again and compares.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "recordings"


_SLOW = re.compile(r": [\d,]+ of [\d,]+ \w+ \(\d+%\)$")


@dataclass(frozen=True, slots=True)
class Recording:
    """Attributes:
    name: of the file.
    about: what it shows, a line.
    prepare: puts the footage into a folder.
    commands: given there one after the other.
    """

    name: str
    about: str
    prepare: Callable[[Path], None]
    commands: Sequence[str]


def _one(folder: Path) -> None:
    _cut(folder / "door.mp4", 24, 66)


def _six(folder: Path) -> None:
    (folder / "footage" / "north").mkdir(parents=True)
    for number, place in enumerate(("door", "yard", "north/gate", "north/lane")):
        _cut(folder / "footage" / f"{place}.mp4", 10, 60 + 6 * number)
    (folder / "footage" / "notes.mp4").write_text("The camera was off on Monday.\n")
    whole = (folder / "footage" / "yard.mp4").read_bytes()
    (folder / "footage" / "copy-stopped.mp4").write_bytes(whole[:2000])


def _cut(path: Path, frames: int, skip: int) -> None:
    from tests.pipeline.conftest import SAMPLE, shorten

    shorten(SAMPLE, path, frames, skip=skip, size="480x270")


RECORDINGS = (
    Recording("one-file", "One video.", _one, ["redact run door.mp4"]),
    Recording(
        "six-files",
        "A folder of six files, two of them broken, two at a time; then the same command again.",
        _six,
        ["redact run footage -r -o out/ --jobs 2", "redact run footage -r -o out/ --jobs 2"],
    ),
    Recording(
        "held-back",
        "Somebody took all masks out of the plan. The audit notices; fix hides what it found.",
        _one,
        [
            "redact detect door.mp4 -o door.redacted.mp4.redact/plan.json",
            "redact plan remove door.redacted.mp4.redact/plan.json all --automatic",
            "redact run door.mp4",
            "redact fix door.mp4",
        ],
    ),
)


def record(recording: Recording) -> str:
    """Run the commands of a recording; what a terminal of 100 columns showed."""
    lines = [f"# {recording.about}", ""]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as folder:
        recording.prepare(Path(folder))
        for command in recording.commands:
            words = [sys.executable, "-m", "redact", *shlex.split(command)[1:]]
            done = subprocess.run(
                words,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            lines += [f"$ {command}", done.stdout.replace(f"{folder}/", "").rstrip()]
            lines += [f"(exit code {done.returncode})"] * bool(done.returncode) + [""]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def without_times(text: str) -> str:
    """A recording without what differs from run to run: times, which of two was first, and the
    lines that a stage of more than half a minute prints."""
    lines = [line for line in text.splitlines() if not _SLOW.search(line)]
    lines = [re.sub(r"\d+(:\d\d)+|\d+(\.\d+)? s\b", "TIME", line) for line in lines]
    lines = [re.sub(r"^\[\d+/", "[N/", " ".join(line.split())) for line in lines]
    return "\n".join(sorted(lines))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for recording in RECORDINGS:
        if len(sys.argv) < 2 or recording.name in sys.argv[1:]:
            path = FOLDER / f"{recording.name}.txt"
            path.write_text(record(recording))
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
