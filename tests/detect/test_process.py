"""Effects of loading on the process: sockets, standard error, missing system libraries."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RUN_ALL = """
import numpy as np
from redact.detection import THOROUGH_SIZES, Selfie, load_detector
from redact.types import Box
grey = np.full((200, 300, 3), 80, np.uint8)
print(len(load_detector(THOROUGH_SIZES).detect(grey)))
print(Selfie().silhouette(grey, Box(50, 20, 150, 180)))
"""


def python(code: str, *before: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_no_internet_socket_is_opened(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace")
    log = tmp_path / "calls"
    done = python(RUN_ALL, strace, "-f", "-qq", "-e", "trace=%network,openat", "-o", str(log))
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert done.returncode == 0, done.stderr
    calls = log.read_text(errors="replace")
    assert "libmediapipe" in calls and "onnxruntime" in calls  # the trace saw both engines
    assert "AF_INET" not in calls


@pytest.mark.slow
def test_standard_error_stays_clean_from_load_to_exit() -> None:
    done = python(RUN_ALL)
    assert (done.returncode, done.stderr) == (0, "")


HIDE = """
import importlib.abc, sys
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "cv2":
            raise ImportError({error!r})
sys.meta_path.insert(0, Hide())
"""


def test_a_missing_libgl_is_reported_with_the_fix() -> None:
    error = "libGL.so.1: cannot open shared object file: No such file or directory"
    for command in ("run x.mp4", "doctor", "review"):
        code = f"import sys; sys.argv[1:] = {command.split()!r}\n"
        code += HIDE.format(error=error) + "from redact.cli import main\nmain()"
        done = python(code)
        assert done.returncode == 7
        assert "libGL.so is not on this machine" in done.stderr, done.stderr
        assert "apt-get install libgl1" in done.stderr
        assert "opencv-contrib-python-headless" in done.stderr


def test_opencv_check_has_an_exit_status() -> None:
    code = HIDE.format(error="libGL.so.1: cannot open shared object file") + (
        "from redact.libraries import main\nraise SystemExit(main())"
    )
    done = python(code)
    assert done.returncode == 7 and "libgl1" in done.stderr


@pytest.mark.slow
def test_a_missing_egl_is_reported_with_the_fix() -> None:
    code = """
import ctypes
real = ctypes.CDLL
def cdll(name, *rest, **more):
    if "libmediapipe" in str(name):
        raise OSError("libEGL.so.1: cannot open shared object file: No such file or directory")
    return real(name, *rest, **more)
ctypes.CDLL = cdll
from redact.detection import Selfie
from redact.errors import DependencyError
try:
    Selfie()
except DependencyError as e:
    print(e.message, e.hint)
"""
    done = python(code)
    assert "apt-get install libegl1" in done.stdout, done.stderr
