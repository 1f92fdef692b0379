"""Creates hidden files, and deletes those of killed runs.

A process holds a lock on each of its hidden files while it uses them; the system releases the lock
when the process dies, whatever killed it. So a hidden file that can be locked is a leftover.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import sys
from pathlib import Path
from typing import Final

_PARTIAL: Final = re.compile(r"\.(.+)\.[0-9a-f]{8}\.partial", re.DOTALL)


_LONGEST_NAME: Final = 200
"""Most bytes of a name that a hidden name includes; file systems allow 255 in all."""


def hidden_name(name: str) -> str:
    """`.NAME.`, eight random characters, `.partial`."""
    kept = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
    return f".{kept}.{secrets.token_hex(4)}.partial"


def wanted_name(path: Path) -> str:
    """The name that a hidden file is going to have, for messages; of any other file its own."""
    hidden = _PARTIAL.fullmatch(path.name)
    return path.name if hidden is None else hidden[1]


class LockedFile:
    """An open, locked file.

    Attributes:
        path: its path.
        handle: its descriptor, which child programs do not inherit; -1 once it is released.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.handle = handle

    def release(self) -> None:
        """Release the lock and keep the file. May be called more than once."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1

    def remove(self) -> None:
        """Delete the file and release the lock."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.release()


def new_partial(folder: Path, name: str, mode: int = 0o600) -> LockedFile:
    """Create and lock a file with a `hidden_name`. Raises OSError.

    Only its owner may read it unless `mode` says otherwise: nobody has audited its content yet.
    """
    while True:
        path = folder / hidden_name(name)
        with contextlib.suppress(FileExistsError):
            held = LockedFile(path, os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode))
            if sys.platform == "win32":
                # Windows cannot rename an open file; whatever writes it keeps it open itself.
                held.release()
                return held
            # Another run may have swept it up before it was locked.
            if lock(held.handle) is not False and path.exists():
                return held
            held.release()


def claim(path: Path, mode: int = 0o600) -> LockedFile | None:
    """Create or open a file and lock it; None if another process holds the lock.

    Raises:
        OSError: it cannot be opened, or it is a link, which could send the content elsewhere.
    """
    flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    while True:
        handle = os.open(path, flags, mode)
        if lock(handle) is False:
            os.close(handle)
            return None
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return LockedFile(path, handle)
        os.close(handle)  # the process that held it has removed it meanwhile


def claim_beside(file: Path, word: str) -> LockedFile | None:
    """`claim` `.FILE.WORD` beside a file; links are resolved first. Raises OSError."""
    return claim(beside(Path(os.path.realpath(file)), word))


def beside(file: Path, word: str) -> Path:
    """Path of `.FILE.WORD` beside a file; a very long name is cut and gets a digest."""
    name = os.fsencode(file.name)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 17] + b"." + hashlib.sha256(name).hexdigest()[:16].encode()
    return file.with_name(f".{os.fsdecode(name)}.{word}")


def sweep(folder: Path) -> list[Path]:
    """Delete the hidden files that killed runs left in a folder; returns their paths.

    Files in use by this process or another stay, and so do all if locks are not available.
    """
    try:
        found = [p for p in folder.iterdir() if _PARTIAL.fullmatch(p.name)]
    except OSError:
        return []
    return [path for path in found if _removed(path)]


def _removed(path: Path) -> bool:
    try:
        if sys.platform == "win32":
            path.unlink()  # Windows refuses while a process has it open
            return True
        if path.is_dir() and not path.is_symlink():
            return _removed_folder(path)
        if path.is_symlink() or not path.is_file():
            return False
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        if lock(handle) is not True:
            return False
        path.unlink()
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _removed_folder(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    if os.fstat(handle).st_uid != os.geteuid() or lock(handle) is not True:
        os.close(handle)
        return False
    remove_folder(path, handle)
    return not path.exists()


def remove_folder(path: Path, handle: int) -> None:
    """Remove an open folder and the files in it, and close its descriptor."""
    for name in os.listdir(handle):
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=handle)
    with contextlib.suppress(OSError):
        path.rmdir()
    os.close(handle)


if sys.platform == "win32":

    def lock(handle: int, *, shared: bool = False) -> bool | None:
        """As below."""
        import msvcrt

        os.lseek(handle, 0x7FFFFFFF, os.SEEK_SET)  # far beyond the content: locks block readers
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock(handle: int, *, shared: bool = False) -> bool | None:
        """Lock a file until it is closed; False if another process holds it, None if the file
        system has no locks.

        A `shared` lock excludes exclusive ones only.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
