"""A whole run, with everything that can be switched on, opens no internet socket."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def _can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    try:
        done = subprocess.run([strace, "-f", "-o", "/dev/null", "true"], timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@pytest.mark.skipif(not _can_trace(), reason="strace is not installed or may not trace here")
@pytest.mark.parametrize("sensitivity", ["fast", "thorough"])
def test_a_run_opens_no_internet_socket(street: Path, tmp_path: Path, sensitivity: str) -> None:
    trace = tmp_path / "trace.txt"
    output = tmp_path / "out.mp4"
    command = [
        *("strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg", "-o", str(trace)),
        *(sys.executable, "-m", "redact", "run", str(street), "-o", str(output)),
        *("--sensitivity", sensitivity, "--accept-findings", "test of the network promise"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert output.exists()
    calls = trace.read_text(errors="replace")
    assert not re.findall(r".*AF_INET6?\b.*", calls), "an internet socket was opened"


@pytest.mark.skipif(not _can_trace(), reason="strace is not installed or may not trace here")
def test_the_trace_would_show_a_socket(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    opens = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
    subprocess.run(
        [
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=socket",
            "-o",
            str(trace),
            sys.executable,
            "-c",
            opens,
        ],
        check=True,
        timeout=60,
    )
    assert re.search(r"AF_INET\b", trace.read_text())
