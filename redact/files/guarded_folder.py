"""A hidden folder for this user alone, within a folder that others may write to.

Others who may write to a folder can replace any file in it at any moment, even between the audit of
a result and its publishing. In a folder of our own, reached by its open descriptor, they cannot:
whatever they do to its name or to its parents, the descriptor stays on the same folder.
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
    """Whether another user may replace entries of a folder or of a parent."""
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
    # With the sticky bit, as on /tmp, users can replace only their own files.
    return bool(said.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not said.st_mode & stat.S_ISVTX


class GuardedFolder:
    """A guarded folder, open and locked until it is removed.

    Attributes:
        path: its name.
        inside: its path through the open descriptor, valid in this process only.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.inside = _BY_NUMBER / str(handle)
        self._handle = handle

    @classmethod
    def make(cls, folder: Path, name: str) -> GuardedFolder:
        """Create a guarded folder in `folder`, for a file that will have `name`. Raises OutputError
        and OSError."""
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
        """Remove the folder and everything in it."""
        remove_folder(self.path, self._handle)
