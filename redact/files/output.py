"""Writes files that get their names only once they are complete, and that replace nothing unasked.

Every file that redact writes goes through here: videos, plans, records and pictures.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

from ..errors import OutputError, OutputExistsError
from ..words import problem, reason_of
from .guarded_folder import GuardedFolder, others_may_write
from .leftovers import LockedFile, new_partial, sweep
from .names import is_work_folder

FOOTAGE_ENDINGS: Final = re.compile(
    r"\.(26[45]|3g[2p]|asf|avi|dav|dv|f4v|flv|gif|h26[45]|hevc|ivf|lrv|m1v|m2ts?|m2v|m4v|mjpe?g"
    r"|mk[av]|mod|mov|mp4|mpe?g|mts|mxf|nut|ogm|ogv|qt|rm|rmvb|tod|ts|vob|webm|wmv|wtv|y4m"
    r"|avif|hei[cf]|jfif|jpe?g|mpo|webp)$",
    re.IGNORECASE,
)
"""Extensions of files that no plan, record or report ever replaces, even with force: a typing error
must not cost the original. (PNG is not one of them, because redact itself writes PNG pictures.)"""

_NO_LINKS = frozenset((errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK))


class OutputFile:
    """Context manager that writes `final` through a hidden file in the same folder.

    Leaving the context without `commit` removes the hidden file. If the process is killed, only
    the hidden file stays (see `new_partial`); `redact.files.sweep` removes it.

    Args:
        final: path of the finished file.
        force: replace an existing file.
        never: files that must not be replaced, even with force, whatever links lead to them.
        mode: permissions of the finished file; None for those of any new file there. Until it is
            published, only its owner may read it.
        guarded: nobody else may touch the file before it is published: if others may write to the
            folder, it lies in a `GuardedFolder` until then.

    Attributes:
        temporary: path of the hidden file, for other processes.
        inside: path of the same file that nobody else can redirect, valid in this process only.

    Raises:
        OutputExistsError: `final` is one of `never`, or exists and `force` is not set.
        OutputError: the folder is missing or not writable.
    """

    def __init__(
        self,
        final: Path,
        force: bool = False,
        never: Iterable[Path] = (),
        mode: int | None = None,
        guarded: bool = False,
    ) -> None:
        self._final = final
        self._mode = mode
        self._force = force
        self._never = tuple(never)
        self._check(final)
        self._closed: GuardedFolder | None = None
        self._held = self._create(guarded)
        self.temporary = self.inside = self._held.path
        if self._closed is not None:
            self.temporary = self._closed.path / self.inside.name
        self._published: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *how: object) -> None:
        self.discard()

    def commit(self) -> Path:
        """Publish under the final name. Everything is on disk on return.

        Raises:
            OutputExistsError: another file has taken the name meanwhile.
            OutputError: the file cannot be renamed.
        """
        return self.commit_as(self._final)

    def commit_as(self, other: Path) -> Path:
        """Publish under another name, in this folder or in another; in another, only its owner may
        read the file. Raises as `commit` does."""
        if other.parent.resolve() != self._final.parent.resolve():
            return self._carry(other)
        self._check(other)
        try:
            self._open_up()
            _sync(self.inside)
            if self._force:
                self.inside.replace(other)
            else:
                _rename_new(self.inside, other)
            _sync(other.parent)
            self._require_ours(other)
        except FileExistsError as error:
            raise _exists(other) from error
        except OSError as error:
            raise unwritable(other, error) from error
        self._published = other
        self._release()
        return other

    def discard(self) -> None:
        """Remove the hidden file unless it was published."""
        if self._published is None:
            self.inside.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        self._held.release()
        if self._closed is not None:
            self._closed.remove()
            self._closed = None

    def _require_ours(self, other: Path) -> None:
        """Raise OutputError if somebody has replaced the published file."""
        if self._closed is not None and not os.path.samestat(
            os.fstat(self._held.handle), other.lstat()
        ):
            raise problem(OutputError, "folder_of_others", path=other.parent)

    def _carry(self, other: Path) -> Path:
        """Publish a copy in another folder, which may be on another disk, for its owner alone."""
        guarded = self._closed is not None
        with OutputFile(other, self._force, self._never, mode=0o600, guarded=guarded) as there:
            try:
                shutil.copyfile(self.inside, there.inside)
            except OSError as error:
                raise unwritable(other, error) from error
            there.commit()
        self.discard()
        self._published = other
        return other

    def _open_up(self) -> None:
        """Give the finished file its permissions."""
        now = stat.S_IMODE(self.inside.stat().st_mode)
        if self._mode is not None:
            if self._mode != now:
                self.inside.chmod(self._mode)
            return
        # Only a new file shows them: they depend on the umask, the folder and the file system.
        usual = new_partial(self._final.parent, self._final.name, 0o666)
        try:
            mode = stat.S_IMODE(usual.path.stat().st_mode)
        finally:
            usual.remove()
        if mode != now:
            with contextlib.suppress(OSError):  # its present permissions will do
                self.inside.chmod(mode)

    def _check(self, name: Path) -> None:
        for kept in self._never:
            if _same(name, kept):
                raise problem(OutputExistsError, "very_file", path=name, name=kept.name)
        if os.path.lexists(name):
            if name.is_dir():
                raise problem(OutputError, "is_folder", path=name)
            if not self._force:
                raise _exists(name)

    def _create(self, guarded: bool) -> LockedFile:
        folder, name = self._final.parent, self._final.name
        if names_footage(self._final):
            sweep(folder)  # a killed run may have left a file as large as the film
        try:
            if guarded and others_may_write(folder):
                self._closed = GuardedFolder.make(folder, name)
                folder = self._closed.inside
            return new_partial(folder, name)
        except OSError as error:
            if self._closed is not None:
                self._closed.remove()
            raise unwritable(self._final, error) from error


def names_footage(path: Path) -> bool:
    """Whether a name has the extension of a video or a photograph."""
    return FOOTAGE_ENDINGS.fullmatch(path.suffix) is not None or path.suffix.lower() == ".png"


def _refuse_footage(path: Path) -> None:
    if FOOTAGE_ENDINGS.fullmatch(path.suffix) and os.path.lexists(path):
        raise problem(OutputExistsError, "is_footage", path=path)


def _same(name: Path, source: Path) -> bool:
    try:
        return name.samefile(source)
    except OSError:
        return name.absolute() == source.absolute()


def _rename_new(old: Path, new: Path) -> None:
    """Rename without ever replacing. Raises FileExistsError."""
    try:
        # A hard link fails atomically if the name is taken; a plain rename would replace.
        os.link(old, new, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links here (FAT, exFAT, some network folders): claim the name first.
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            old.replace(new)
        except OSError:
            new.unlink(missing_ok=True)
            raise
    else:
        old.unlink()


def _sync(path: Path) -> None:
    """Sync a file or folder to disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # some systems do not open folders
        return
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems cannot sync folders; a failed write is another matter.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _exists(name: Path) -> OutputExistsError:
    return problem(OutputExistsError, "already_there", path=name)


def _disk_of(path: Path) -> Path:
    """The folder at which the disk that holds a file is mounted."""
    folder = path.absolute().parent
    return next((up for up in (folder, *folder.parents) if up.is_mount()), folder)


def unwritable(name: Path | str, error: OSError, place: Path | None = None) -> OutputError:
    """The error for a file or folder that cannot be written, with its reason and its cure.

    Args:
        name: of the file, as the user knows it.
        error: of the system.
        place: where it was to be written; None for `name`.
    """
    if error.errno == errno.ENOSPC:
        return problem(OutputError, "disk_full", path=name, disk=_disk_of(place or Path(name)))
    cure = {errno.EROFS: "EACCES", errno.EDQUOT: "ENOSPC"}.get(error.errno or 0)
    known = ("ENOENT", "EACCES", "ENAMETOOLONG")
    reason = reason_of(error)
    cure = cure or (reason if reason in known else "other")
    return problem(OutputError, "cannot_write", path=name, reason=reason, cure=cure)


def write_whole(
    path: Path,
    data: bytes,
    *,
    force: bool = False,
    never: Iterable[Path] = (),
    mode: int | None = None,
) -> None:
    """Write a small file completely or not at all.

    Args:
        path: of the file.
        data: its content.
        force, never, mode: see `OutputFile`.

    Raises:
        OutputExistsError, OutputError: nothing was written or left behind.
    """
    _refuse_footage(path)
    with OutputFile(path, force, never, mode) as out:
        try:
            out.temporary.write_bytes(data)
        except OSError as error:
            raise unwritable(path, error) from error
        out.commit()


def check_writable(
    path: Path,
    force: bool = False,
    never: Iterable[Path] = (),
    *,
    whole: bool = False,
    size: int = 0,
) -> None:
    """Check before a long run that `path` can be written after it. Raises as `OutputFile` does.

    Args:
        path, force, never: see `OutputFile`.
        whole: `write_whole` will write it.
        size: bytes that it will have at least.
    """
    if whole:
        _refuse_footage(path)
    if is_work_folder(path.parent) and not path.parent.exists():
        return  # who makes that folder has checked that it can be made
    OutputFile(path, force, never).discard()
    free = shutil.disk_usage(path.absolute().parent).free
    if free < size:
        raise problem(OutputError, "disk_small", path=path, disk=_disk_of(path), free=free)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, if the system supports that."""
    with contextlib.suppress(OSError):
        _sync(folder)
