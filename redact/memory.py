"""Keeping the process small on Linux, where freed memory otherwise stays with it."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

_M_ARENA_MAX: Final = -8  # mallopt(3), glibc


def keep_small() -> None:
    """Let all threads share two allocation arenas; call before any thread is started.

    Decoders, encoders and the detector each start threads, and glibc gives every thread an
    arena of its own whose free memory no other thread can use. Does nothing elsewhere.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Return what a finished stage has freed to the system. Does nothing elsewhere."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
