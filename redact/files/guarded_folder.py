"""A hidden folder that is ours alone, in a folder that others may write to.

Who may write to a folder can put another file in the place of any in it, at any moment: between the
check of a result and its publishing, too. In a folder of our own, which is reached by its open
descriptor, nobody can: whatever is done to its name, or to those above it, it stays the same.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from ..errors import OutputError
from ..words import problem
from .leftovers import hidden_name, lock, remove_folder

_BY_NUMBER = Path("/proc/self/fd")


def others_may_write(folder: Path) -> bool:
    """Whether another user may replace what is in a folder, or in a folder above it."""
    if sys.platform == "win32":
        return False
    real = Path(os.path.realpath(folder))
    return any(map(_open_to_others, (real, *real.parents)))


def _open_to_others(folder: Path) -> bool:
    try:
        said = folder.stat()
    except OSError:
        return False
    if said.st_uid not in (0, os.geteuid()):
        return True
    # In a folder with the sticky bit, as the one for temporary files, each replaces only his own.
    return bool(said.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not said.st_mode & stat.S_ISVTX


class GuardedFolder:
    """The folder, open and locked until it is removed.

    Attributes:
        path: its name.
        inside: the way to it by its descriptor, for this process alone.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.inside = _BY_NUMBER / str(handle)
        self._handle = handle

    @classmethod
    def make(cls, folder: Path, name: str) -> GuardedFolder:
        """Make one for a file of a name. Raises OutputError, OSError."""
        path = folder / hidden_name(name)
        if not _BY_NUMBER.is_dir():
            raise problem(OutputError, "folder_of_others", path=folder)
        path.mkdir(0o700)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        said = os.fstat(handle)
        if said.st_uid != os.geteuid():
            os.close(handle)
            raise problem(OutputError, "folder_of_others", path=folder)
        lock(handle)
        return cls(path, handle)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        remove_folder(self.path, self._handle)
