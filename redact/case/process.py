"""One file of many, worked on by a process of its own: what it printed, or that it was lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ExitCode

_POLL = 0.1
"""Seconds between two looks whether a process is still wanted."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended.

    Attributes:
        result: of its file, as `redact run --json` prints it.
        told: what it said to the person, lines.
    """

    result: dict[str, Any]
    told: tuple[str, ...] = ()


def run_in_process(
    words: Sequence[str],
    source: str,
    unwanted: Callable[[], bool],
    *,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Done:
    """Run `redact` with some words in a process of its own, and wait for it.

    Args:
        words: options and source of `run`.
        source: the video, for the result of a process that is lost.
        unwanted: asked often; where it says True the process is stopped as by Ctrl-C.
        folder, environment: to run in; None for this one's.
    """
    begun = time.monotonic()
    if unwanted():
        return Done(lost(source, code=ExitCode.INTERRUPTED))
    command = [sys.executable, "-m", "redact", "run", "--json", "--one-of-several", *words]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # closed by the system when this process dies
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        cwd=folder,
        env=environment,
    ) as process:
        printed: list[str] = []
        told: list[str] = []
        readers = [
            threading.Thread(target=lambda: printed.extend(process.stdout or ())),
            threading.Thread(target=lambda: told.extend(process.stderr or ())),
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
        result = lost(source, code=ExitCode(known))
        result["seconds"] = round(time.monotonic() - begun, 1)
    result.setdefault("state", "refused")
    result.setdefault("seconds", round(time.monotonic() - begun, 1))
    return Done(result, tuple("".join(told).splitlines()))


def _printed_result(printed: str) -> dict[str, Any] | None:
    try:
        result = json.loads(printed)
    except ValueError:
        return None
    known = isinstance(result, dict) and "source" in result and "exit_code" in result
    return result if known else None


def lost(
    source: str,
    why: str = "its process was stopped or killed",
    code: ExitCode = ExitCode.INTERNAL,
) -> dict[str, Any]:
    """The result of a file whose process did not say how it ended: killed for want of memory,
    for example."""
    return {
        "source": source,
        "exit_code": int(code),
        "error": f"{source}: {why}",
        "hint": "Give the same command again; if it was memory, with fewer at once.",
        "state": "refused",
        "seconds": 0.0,
    }


def size_of(source: Path) -> int:
    """Bytes of a video, 0 if it is not there. The largest is begun first: one that is begun last
    keeps all others waiting."""
    try:
        return source.stat().st_size
    except OSError:
        return 0
