"""One writer at a time, on every system."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import OutputError

PATIENCE = 30.0
"""Seconds to wait for another writer. An append takes milliseconds, so whoever holds the lock
longer than this is stuck, and waiting on would look like a hang."""


@contextmanager
def locked(
    handle: int, name: str, *, shared: bool = False, patience: float = PATIENCE
) -> Iterator[None]:
    """Hold the lock of an open file.

    Args:
        handle: file descriptor, open for writing, or for reading if `shared`.
        name: of the file, for the message.
        shared: keep writers out, but not other readers.
        patience: seconds to wait.

    Raises:
        OutputError: a writer did not let go in time, or the file system has no locks.
    """
    deadline = time.monotonic() + patience
    while not _lock_or_say_why(handle, name, shared):
        if time.monotonic() > deadline:
            raise OutputError(
                f"{name}: another program has kept it locked for {patience:.0f} s",
                "Wait until the other redact is done, then try again.",
            )
        time.sleep(0.005)
    try:
        yield
    finally:
        _unlock(handle)


def _lock_or_say_why(handle: int, name: str, shared: bool) -> bool:
    try:
        return _try_lock(handle, shared)
    except OSError as error:
        raise OutputError(
            f"{name}: cannot be locked ({error.strerror or error})",
            "Keep the log on a file system with locks, such as the machine's own disk.",
        ) from None


if sys.platform == "win32":
    import msvcrt

    # Windows locks are mandatory, so the locked byte lies far behind any content: readers
    # (and `redact log show`) are not shut out.
    _FAR = 0x7FFFFFFF

    def _try_lock(handle: int, shared: bool) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int, shared: bool) -> bool:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
