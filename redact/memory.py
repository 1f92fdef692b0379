"""The memory of the process: kept small on Linux, where freed memory otherwise stays with it, and
never written to a disk when the process dies."""

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
"""Bytes of free memory at the end of the heap from which they are given back: about what a network
takes for one picture and frees."""

_OFTEN: Final = 1000
"""Frames of a long stage after which freed memory is given back: what lies between pieces in use
would add up for minutes. To get it back, the system clears every page of it."""


_kept = False
"""Whether `keep_small` was called, and could do it."""


def leave_no_dump() -> None:
    """Have neither this process nor its children write their memory to a disk when they crash:
    faces are in it that the result hides. Does nothing where a system has no such dumps."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A dump that is piped to a program, as systemd and Ubuntu do, is subject to no limit (core(5)).
    with contextlib.suppress(OSError):
        Path("/proc/self/coredump_filter").write_text("0")


def keep_small() -> None:
    """Let all threads share one allocation arena; call before any thread is started.

    Decoders, encoders and the detector each start threads, and glibc gives every thread an
    arena of its own whose free memory no other thread can use. They allocate pictures, not
    crumbs, and do not wait for each other. Pictures come from the heap as well: glibc would take
    each from the system and give it back, and the system clears every page anew, which takes a
    tenth of a run. Does nothing elsewhere.
    """
    global _kept
    if (libc := _glibc()) is not None:
        _kept = True
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, _FREE_AT_MOST)


def is_kept() -> bool:
    """Whether freed pieces of any size are used for the next ones, whoever asks for them: nobody
    then needs a stock of their own."""
    return _kept


def give_back() -> None:
    """Return what a finished stage has freed to the system. Does nothing elsewhere."""
    gc.collect()
    trim()


def trim() -> None:
    """Return free pages to the system, also those between pieces in use; takes a millisecond, and
    as much again to get them back."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def trim_at_times(frame: int) -> None:
    """`trim` once in some frames of a stage in which memory is taken and freed in pieces of all
    sizes; call for every frame."""
    if frame % _OFTEN == _OFTEN - 1:
        trim()


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
