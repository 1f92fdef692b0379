"""Keeps the memory of the process small on Linux, and out of crash dumps."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from pathlib import Path
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # mallopt(3), glibc
_M_MMAP_MAX: Final = -4
_M_ARENA_MAX: Final = -8

_FREE_AT_MOST: Final = 256 << 20
"""Free bytes at the end of the heap from which they are returned to the system: about what a
network uses for one picture."""

_OFTEN: Final = 1000
"""Frames of a long stage between two calls of `trim`. Free memory between pieces in use would add
up over minutes; but the system clears every page that it hands out again."""


_kept = False
"""Whether `keep_small` is in force."""


def leave_no_dump() -> None:
    """Switch off crash dumps of this process and its children: their memory holds the faces that
    the result hides. Does nothing on systems without such dumps."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A dump that is piped to a program, as systemd and Ubuntu do, is subject to no limit (core(5)).
    with contextlib.suppress(OSError):
        Path("/proc/self/coredump_filter").write_text("0")


def keep_small() -> None:
    """Make all threads share one allocation arena (glibc only). Call before any thread starts.

    Decoders, encoders and detectors start threads, and glibc gives each thread an arena whose free
    memory no other thread can use. They allocate few large pieces, so sharing costs no waiting.
    Pictures come from the heap too: glibc would map and unmap each of them, and the system would
    clear every page each time, which takes a tenth of a run.
    """
    global _kept
    if (libc := _glibc()) is not None:
        _kept = True
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, _FREE_AT_MOST)


def is_kept() -> bool:
    """Whether `keep_small` is in force: freed memory of any size is reused by every thread, so no
    caller needs its own pool."""
    return _kept


def give_back() -> None:
    """Return the memory that a finished stage has freed to the system (glibc only)."""
    gc.collect()
    trim()


def trim() -> None:
    """Return all free pages to the system, also those between pieces in use. Takes a millisecond,
    and as much again to get them back."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def trim_at_times(frame: int) -> None:
    """Call for every frame of a stage that allocates pieces of all sizes; runs `trim` now and
    then."""
    if frame % _OFTEN == _OFTEN - 1:
        trim()


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
