"""A whole run, with everything enabled, opens no internet socket."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import av
import cv2
import onnxruntime
import pytest

from redact.detection import load_detector
from redact.errors import DependencyError

from ..side_files import record_of
from .conftest import SAMPLE, shorten

SELFIE = "MediaPipe selfie segmentation"


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
def test_a_run_opens_no_internet_socket(tmp_path: Path) -> None:
    """`thorough` runs everything that other sensitivities run, and people use MediaPipe."""
    street = shorten(SAMPLE, tmp_path / "street.mp4", 3, skip=75)
    trace = tmp_path / "trace.txt"
    output = tmp_path / "out.mp4"
    command = [
        *("strace", "-f", "-qq", "-e", "trace=socket,connect,sendto,sendmsg", "-o", str(trace)),
        *(sys.executable, "-m", "redact", "run", str(street), "-o", str(output)),
        *("--sensitivity", "thorough", "--targets", "people,plates"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(record_of(output).read_text())
    asked = {model["name"] for model in record["tool"]["models"]}
    assert asked >= {"CenterFace", "redact eye", "NanoDet", "redact verifier", "PP-OCRv4", SELFIE}
    calls = trace.read_text(errors="replace")
    assert not re.findall(r".*AF_INET6?\b.*", calls), "an internet socket was opened"


def test_an_engine_that_calls_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "__version__", "1.32.0")
    with pytest.raises(DependencyError, match="contacts a server"):
        load_detector()


def test_no_native_library_contains_a_telemetry_host() -> None:
    """Uploads begin seconds after a start, so a short trace alone could miss them."""
    for package in (onnxruntime, av, cv2):
        folder = Path(package.__file__).parent
        libraries = [*folder.rglob("*.so*"), *folder.rglob("*.dll"), *folder.rglob("*.dylib")]
        assert libraries, folder
        for library in libraries:
            assert b"events.data.microsoft.com" not in library.read_bytes(), library.name


@pytest.mark.skipif(not _can_trace(), reason="strace is not installed or may not trace here")
def test_the_trace_would_show_a_socket(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    opens = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
    words = ("strace", "-f", "-qq", "-e", "trace=socket", "-o", str(trace))
    subprocess.run([*words, sys.executable, "-c", opens], check=True, timeout=60)
    assert re.search(r"AF_INET\b", trace.read_text())
