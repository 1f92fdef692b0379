"""Reads files whose names come from a user or from another file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        OSError: it cannot be opened, or it is not a regular file: a pipe or a device could block
            forever.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        what = errno.EISDIR if stat.S_ISDIR(kind) else errno.ENXIO
        raise OSError(what, os.strerror(what), str(path))
    return os.fdopen(handle, "rb")


def read_file(path: Path) -> bytes:
    """Read a whole file. Raises OSError, see `open_file`."""
    with open_file(path) as file:
        return file.read()
