"""`redact run --jobs N`: several videos at once, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ExitCode, UsageError
from ..evidence import EvidenceChoice, needs_passphrase, release_path
from ..media import default_output_name
from .terminal import Terminal
from .typed_options import typed_options

_NOT_PASSED_ON = frozenset(("output", "recursive", "jobs", "index", "as_json", "one_of_several"))

Work = tuple[Path, str]
"""A video, and the folder or file for its result as a user would type it; "" for none."""


@dataclass
class Workers:
    """Processes that each work on one video; leaving the context stops those that still run."""

    jobs: int
    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _stopped: bool = False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        for process in list(self._running):
            with contextlib.suppress(OSError):
                process.terminate()
        for process in list(self._running):
            process.wait()

    def results(self, work: Sequence[Work], terminal: Terminal) -> dict[int, dict[str, Any]]:
        """Results by number; what each process said is told when it has ended."""
        found: dict[int, dict[str, Any]] = {}
        options = typed_options(_NOT_PASSED_ON)
        # Threads only wait for processes here; they end with them.
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                waiting: set[Future[tuple[int, dict[str, Any], str]]] = {
                    pool.submit(self._one, n, item, options) for n, item in enumerate(work)
                }
                while waiting:
                    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in ready:
                        number, result, words = future.result()
                        found[number] = result
                        terminal.say(f"[{len(found)}/{len(work)}] {result['source']}")
                        for line in words.splitlines():
                            terminal.say(line)
            except BaseException:
                self.__exit__()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return found

    def _one(self, number: int, item: Work, options: list[str]) -> tuple[int, dict[str, Any], str]:
        source, place = item
        begun = time.monotonic()
        if self._stopped:
            return number, _lost(source, ExitCode.INTERRUPTED, begun), ""
        words = [sys.executable, "-m", "redact", "run", *options, "--json", "--one-of-several"]
        words += ["-o", place] if place else []
        process = subprocess.Popen(
            [*words, "--", str(source)],
            stdin=subprocess.PIPE,  # closed by the system when this process dies
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
        )
        self._running.add(process)
        try:
            assert process.stdout is not None and process.stderr is not None
            told: list[str] = []
            reader = threading.Thread(target=lambda: told.extend(process.stderr or ()))
            reader.start()
            printed = process.stdout.read()
            reader.join()
            code = process.wait()
        finally:
            self._running.discard(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        return number, _result(printed, source, code, begun), "".join(told)


def _result(printed: str, source: Path, code: int, begun: float) -> dict[str, Any]:
    try:
        result = json.loads(printed)
    except ValueError:
        result = None
    if isinstance(result, dict) and "source" in result and "exit_code" in result:
        result.setdefault("state", "refused")
        return {"seconds": round(time.monotonic() - begun, 1), **result}
    known = code if code in set(ExitCode) else ExitCode.INTERNAL
    return _lost(source, ExitCode(known), begun)


def _lost(source: Path, code: ExitCode, begun: float) -> dict[str, Any]:
    """A process that ended without saying how: killed, for want of memory for example."""
    return {
        "source": str(source),
        "exit_code": int(code),
        "error": f"{source}: its process was stopped or killed",
        "hint": "Give the same command again; if it was memory, with fewer --jobs.",
        "state": "refused",
        "seconds": round(time.monotonic() - begun, 1),
    }


def end_with_parent() -> None:
    """Let this process be stopped, as with Ctrl-C, when the one that started it is gone.

    That one holds the other end of standard input and never writes to it.
    """

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def require_passphrase(evidence: EvidenceChoice) -> None:
    """Raise UsageError where each process would ask for the passphrase of the key."""
    key = evidence.key_file
    if key is not None and needs_passphrase(key) and "REDACT_PASSPHRASE" not in os.environ:
        raise UsageError(
            f"{key}: has a passphrase, and --jobs cannot ask for it in every process",
            "Set REDACT_PASSPHRASE, or leave --jobs out.",
        )


def neutral_places(sources: Sequence[Path], places: Sequence[Path | None]) -> Iterator[Path]:
    """A free neutral name of its own for each source, in the folder for its result."""
    taken: set[Path] = set()
    for source, place in zip(sources, places, strict=True):
        path = release_path(place or source.parent, Path(default_output_name(source)).suffix, taken)
        taken.add(path)
        yield path
