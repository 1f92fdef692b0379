"""Runs many commands, each in its own process: how many fit into memory at once, what each printed,
and which were lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .. import safe_python
from ..end_with_parent import ONE_OF_SEVERAL_OPTION
from ..errors import ExitCode, RedactError
from ..media import probe
from ..progress import Moved, read_progress
from ..words import error_as_json, problem

BASE_BYTES: Final = 560_000_000
"""Bytes that one run takes for any picture size: libraries, models, and a reserve."""

BYTES_PER_PIXEL: Final = 140
"""Bytes that one run takes for each pixel of the picture: frames on their way through decoder,
detector, tracker and encoder. With `BASE_BYTES`, a third to a half more than `python -m
lab.memory` measured in `balanced` at 360p, 720p and 1080p, and a little more than `--targets
people` and `thorough` take (`lab/README.md`, "Memory")."""


def bytes_for(source: Path) -> int:
    """About how much memory one run on a video takes at its peak."""
    try:
        video = probe(source).video
    except RedactError:
        return BASE_BYTES
    return BASE_BYTES + BYTES_PER_PIXEL * video.width * video.height


def jobs_that_fit(wanted: int, sources: Iterable[Path], free: int | None = None) -> int:
    """How many runs fit into memory at the same time: at most `wanted`, at least one.

    Args:
        wanted: as the user asked.
        sources: all videos; any of them may run at the same time.
        free: bytes; None: ask the system.
    """
    videos = list(sources)
    room = free_memory() if free is None else free
    if room is None:
        return max(1, min(wanted, len(videos)))
    largest = sorted(map(bytes_for, videos), reverse=True)[:wanted]
    fitting, taken = 0, 0
    for need in largest:
        taken += need
        if taken > room and fitting:
            break
        fitting += 1
    return max(1, fitting)


def free_memory() -> int | None:
    """Bytes of memory that are available without swapping; None if unknown."""
    if sys.platform.startswith("linux"):
        try:
            for line in Path("/proc/meminfo").read_text().splitlines():
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
        except (OSError, ValueError, IndexError):
            return None
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


_POLL = 0.1
"""Seconds between checks whether a process is still wanted."""


@dataclass(frozen=True, slots=True)
class Command:
    """The command for one file.

    Attributes:
        source: the video as typed.
        words: options of the command and the source.
        folder: that relative paths among the words start from.
        name: of the command.
    """

    source: str
    words: tuple[str, ...]
    folder: str
    name: str = "run"

    @property
    def size(self) -> int:
        """Bytes of the video, 0 if it is missing. The largest starts first: if it started last,
        everything would wait for it in the end."""
        try:
            return Path(self.folder, self.source).stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended.

    Attributes:
        result: of its file, as `redact run --json` prints it.
        messages: its messages to the user, as lines.
    """

    result: dict[str, Any]
    messages: tuple[str, ...] = ()


def run_in_parallel(
    commands: Sequence[Command], jobs: int, moved: Callable[[int], Moved] | None = None
) -> Generator[tuple[int, Done]]:
    """Run commands, several at a time, and yield number and result of each as it ends. An error
    stops those that are running.

    Args:
        commands: to run.
        jobs: how many at once.
        moved: returns the progress callback for the command with a number.
    """
    stopped = threading.Event()
    # Threads only wait for processes here; they end with them.
    with ThreadPoolExecutor(jobs) as pool:
        try:
            numbers = {
                pool.submit(
                    run_in_process, command, stopped.is_set, moved=moved and moved(number)
                ): number
                for number, command in sorted(enumerate(commands), key=lambda pair: -pair[1].size)
            }
            for future in as_completed(numbers):
                yield numbers[future], future.result()
        except BaseException:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def run_in_process(
    command: Command,
    unwanted: Callable[[], bool],
    moved: Moved | None = None,
) -> Done:
    """Run a command in its own process, and wait for it.

    Args:
        command: to run.
        unwanted: called often; once it returns True, the process is stopped as by Ctrl-C.
        moved: called with its progress.
    """

    def listen(lines: Iterable[str]) -> None:
        for line in lines:
            progress = read_progress(line)
            if progress is None:
                messages.append(line)
            elif moved is not None:
                moved(*progress)

    begun = time.monotonic()
    if unwanted():
        return Done(lost(command.source, ExitCode.INTERRUPTED))
    with subprocess.Popen(
        [*safe_python.START_COMMAND, command.name, "--json", ONE_OF_SEVERAL_OPTION, *command.words],
        stdin=subprocess.PIPE,  # closed by the system when this process dies
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        cwd=command.folder,
        env=safe_python.environment(),
    ) as process:
        printed: list[str] = []
        messages: list[str] = []
        readers = [
            threading.Thread(target=lambda: printed.extend(process.stdout or ())),
            threading.Thread(target=lambda: listen(process.stderr or ())),
        ]
        for reader in readers:
            reader.start()
        while True:
            try:
                code = process.wait(_POLL)
                break
            except subprocess.TimeoutExpired:
                if unwanted():
                    process.terminate()
        for reader in readers:
            reader.join()
    result = _printed_result("".join(printed))
    if result is None:
        known = code if code in set(ExitCode) else ExitCode.INTERNAL
        result = lost(command.source, ExitCode(known))
        result["seconds"] = round(time.monotonic() - begun, 1)
    result.setdefault("state", "refused")
    result.setdefault("seconds", round(time.monotonic() - begun, 1))
    return Done(result, tuple("".join(messages).splitlines()))


def _printed_result(printed: str) -> dict[str, Any] | None:
    try:
        result = json.loads(printed)
    except ValueError:
        return None
    known = isinstance(result, dict) and "source" in result and "exit_code" in result
    return result if known else None


def lost(source: str, exit_code: ExitCode) -> dict[str, Any]:
    """The result for a process that ended without reporting one, for example because it was killed
    for lack of memory.

    Args:
        source: path of the file.
        exit_code: of the process.
    """
    return {
        **error_as_json(problem(RedactError, "process_lost", source=source), source),
        "exit_code": int(exit_code),
        "state": "refused",
        "seconds": 0.0,
    }
