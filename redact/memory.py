"""Keeping the process small on Linux, where freed memory otherwise stays with it."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

_M_ARENA_MAX: Final = -8  # mallopt(3), glibc

_LONG: Final = 240
"""Frames of a long stage after which its freed memory is given back: what lies between pieces in
use adds up for minutes, and giving it back takes no longer than a few frames."""


def keep_small() -> None:
    """Let all threads share one allocation arena; call before any thread is started.

    Decoders, encoders and the detector each start threads, and glibc gives every thread an
    arena of its own whose free memory no other thread can use. They allocate pictures, not
    crumbs, and do not wait for each other. Does nothing elsewhere.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return what a finished stage has freed to the system. Does nothing elsewhere."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def give_back_at_times(frame: int) -> None:
    """`give_back` once in many frames of a stage in which memory is taken and freed in pieces of
    all sizes; call for every frame."""
    if frame % _LONG == _LONG - 1:
        give_back()


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
