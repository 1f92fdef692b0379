"""Hidden files of killed runs: told from files in use by a lock, and deleted.

Whoever writes a hidden file holds its lock for as long as the file is in use; the system takes the
lock away when the process dies, whatever killed it. A file that looks like one of ours and can be
locked belongs to nobody any more.
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

_PARTIAL: Final = re.compile(r"\..+\.[0-9a-f]{8}\.partial", re.DOTALL)


_LONGEST_NAME: Final = 200
"""Bytes of a name that a hidden name keeps; file systems take 255 in all."""


def hidden_name(name: str) -> str:
    """`.NAME.`, eight random characters, `.partial`: new every time."""
    kept = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
    return f".{kept}.{secrets.token_hex(4)}.partial"


class LockedFile:
    """An open, locked file.

    Attributes:
        path: where it is.
        handle: its descriptor, which no other program inherits.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.handle = handle

    def release(self) -> None:
        """Let go of the lock; the file stays. More than once does no harm."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1

    def remove(self) -> None:
        """Remove the file and let go of the lock."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.release()


def new_partial(folder: Path, name: str, mode: int = 0o600) -> LockedFile:
    """Create and lock `.NAME.`, eight random characters, `.partial`. Raises OSError.

    It is for its owner alone unless `mode` says otherwise: nobody has checked yet what it shows.
    """
    while True:
        path = folder / hidden_name(name)
        with contextlib.suppress(FileExistsError):
            held = LockedFile(path, os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode))
            if sys.platform == "win32":
                # A file that is open cannot be renamed there; what uses it keeps it open itself.
                held.release()
                return held
            # Another run may have taken it for a leftover between these two steps.
            if lock(held.handle) is not False and path.exists():
                return held
            held.release()


def claim(path: Path, mode: int = 0o600) -> LockedFile | None:
    """Create or open a file and lock it; None if another process holds it.

    Raises:
        OSError: it cannot be opened, or is a link: what is written must not land elsewhere.
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
        os.close(handle)  # whoever held it removed it meanwhile


def claim_beside(file: Path, word: str) -> LockedFile | None:
    """`claim` of `.FILE.WORD` beside a file; links to a file are that file. Raises OSError."""
    return claim(beside(Path(os.path.realpath(file)), word))


def beside(file: Path, word: str) -> Path:
    """`.FILE.WORD` beside a file; of a very long name, a part and a digest stand for it."""
    name = os.fsencode(file.name)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 17] + b"." + hashlib.sha256(name).hexdigest()[:16].encode()
    return file.with_name(f".{os.fsdecode(name)}.{word}")


def sweep(folder: Path) -> list[Path]:
    """Delete the hidden files that killed runs left in a folder, and return them.

    Files in use, by this process or another, stay; so does everything where nothing can be told.
    """
    try:
        found = [p for p in folder.iterdir() if _PARTIAL.fullmatch(p.name)]
    except OSError:
        return []
    return [path for path in found if _removed(path)]


def _removed(path: Path) -> bool:
    try:
        if sys.platform == "win32":
            path.unlink()  # refused while anybody has it open
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
    """Remove a folder of files that is open, and close it."""
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

        os.lseek(handle, 0x7FFFFFFF, os.SEEK_SET)  # locks shut readers out: far behind any content
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock(handle: int, *, shared: bool = False) -> bool | None:
        """Whether the file was locked, until it is closed; None where the file system has no locks.

        `shared` keeps writers out, but not other readers.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
