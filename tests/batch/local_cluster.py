"""A dask scheduler and workers on this machine, started as a user starts them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def local_cluster(folder: Path, workers: int) -> Iterator[str]:
    """The address of a scheduler with `workers` workers; their output goes to files in `folder`."""
    log = folder / "scheduler.log"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with contextlib.ExitStack() as stack:
        stack.enter_context(_dask(log, ROOT, "scheduler", *words))
        address = _waited_for(log, r"Scheduler at:\s+(tcp://127.0.0.1:\d+)")
        for number in range(workers):
            stack.enter_context(local_worker(address, folder, f"w{number}", ROOT))
        yield address


@contextlib.contextmanager
def local_worker(address: str, folder: Path, name: str, root: Path, **env: str) -> Iterator[None]:
    """One more worker, with the redact in `root` and its own environment variables."""
    log = folder / f"{name}.log"
    words = ("--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--name", name)
    place = ("--local-directory", str(folder))
    with _dask(log, root, "worker", address, *words, *place, **env):
        _waited_for(log, "(Registered to)")
        yield


@contextlib.contextmanager
def _dask(log: Path, root: Path, *words: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1", **env}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=root,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _waited_for(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = re.search(pattern, log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(log.read_text())
