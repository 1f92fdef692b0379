"""The page's process, as a user starts it, and a client that asks as the page does."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Client:
    """One connection that stays open, with the token.

    Args:
        address: that `redact review` printed.
        pid: of its process.
    """

    def __init__(self, address: str, pid: int) -> None:
        base, self._token = address.split("/#")
        self._origin, self.pid = base, pid
        self._connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=600)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        headers = {
            "X-Redact-Token": self._token,
            "X-Redact-Page": "benchmark",
            "Sec-Fetch-Site": "same-origin",
            "Origin": self._origin,
        }
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, headers)
        reply = self._connection.getresponse()
        told = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{method} {path}: {reply.status} {told[:200]!r}")
        return told

    def open(self) -> float:
        """Wait until the video is open; seconds that it took."""
        began = time.monotonic()
        self.ask("POST", "/api/join", {})
        while True:
            state = json.loads(self.ask("GET", "/api/state"))
            if (state["job"] or {}).get("problem"):
                raise RuntimeError(state["job"]["problem"])
            if state["ready"]:
                return time.monotonic() - began
            time.sleep(0.1)

    def memory(self) -> float:
        """Resident megabytes of the page's process."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the process is gone")

    def processor(self) -> float:
        """Milliseconds of processor time that the page's process has used, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def review(source: Path, plan: Path) -> Iterator[tuple[str, int]]:
    """Address and process number of a page that no browser is shown."""
    command = [sys.executable, "-m", "redact", "review", str(source), str(plan), "--no-open"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"redact review ended with {process.wait()}")
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(60)
