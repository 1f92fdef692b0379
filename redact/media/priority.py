"""Keeps an encoder from taking the processor away from everything else.

SVT-AV1, where it is run by root, gives its threads and the one that opens it the highest real-time
priority. Every process started later inherits that; on a small machine the rest then stands still.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def priority_kept() -> Iterator[None]:
    """What is opened in here gains no real-time priority, for this thread or any new one."""
    if sys.platform != "linux":
        yield
        return
    before = {thread: os.sched_getscheduler(thread) for thread in _threads()}
    try:
        yield
    finally:
        for thread in _threads():
            with suppress(OSError):  # it has ended meanwhile
                kept = before.get(thread, os.SCHED_OTHER)
                if os.sched_getscheduler(thread) != kept and kept == os.SCHED_OTHER:
                    os.sched_setscheduler(thread, kept, os.sched_param(0))


def _threads() -> list[int]:
    return [int(path.name) for path in Path("/proc/self/task").iterdir()]
