"""MediaPipe's tasks are closed when the next one is loaded, not by the garbage collector."""

from __future__ import annotations

import subprocess
import sys

import pytest

COLLECTED_WHILE_A_THREAD_IS_GIVEN_WORK = """
import gc
from concurrent.futures import thread
from redact.detection import Selfie

shapes = Selfie()
with thread._global_shutdown_lock:  # as in `submit`, which makes objects, and so may collect some
    del shapes
    gc.collect()
Selfie()
print("went on")
"""


@pytest.mark.slow
def test_garbage_collecting_a_task_does_not_block() -> None:
    command = [sys.executable, "-c", COLLECTED_WHILE_A_THREAD_IS_GIVEN_WORK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == ("went on\n", 0), done.stderr
