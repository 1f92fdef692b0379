"""Files that appear under their names only when they are complete, and replace nothing unasked.

Every file that redact writes goes this way, the video as well as plans, records and sheets.
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

FOOTAGE_ENDINGS: Final = re.compile(
    r"\.(3gp|avi|flv|gif|h26[45]|hevc|m2ts|m4v|mjpeg|mk[av]|mov|mp4|mpe?g|mts|ts|webm|wmv"
    r"|avif|hei[cf]|jpe?g|webp)$",
    re.IGNORECASE,
)
"""Endings of files that no plan, record or report replaces, not even by force: a slip of the
pen must not cost the original. (PNG is not among them: redact's own pictures are PNG.)"""

PRIVATE: Final = "NOT-FOR-RELEASE"
"""Folder for what shows hidden subjects; its name says what is in it."""

_NO_LINKS = frozenset((errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK))


class OutputFile:
    """Context manager for writing `final` by way of a hidden file in the same folder.

    Leaving the context without `commit` removes the hidden file, whatever the reason. Should
    the process be killed outright, only the hidden file is left: `.NAME.`, eight random
    characters, `.partial`; `redact.files.sweep` removes it.

    Args:
        final: name of the finished file.
        force: replace a file that is already there.
        never: files that must not be replaced, not even by force; symbolic and hard links to
            them count as the files themselves.
        mode: permissions of the finished file; None: those of every new file there. Until it is
            published, it is for its owner alone.
        guarded: nobody else may touch the file before it is published: where others may write to
            the folder, it lies in a folder of its own until then.

    Attributes:
        temporary: path to write to, in the same folder or, where it is guarded, in one in it.
        inside: the same file by a way that nobody can change, for this process alone.

    Raises:
        OutputExistsError: if `final` is one of `never`, or is there and `force` is not set.
        OutputError: if the folder is missing or cannot be written to.
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
        """Publish under the final name; everything is on disk when this returns.

        Raises:
            OutputExistsError: if the name was taken in the meantime.
            OutputError: if the file cannot be renamed.
        """
        return self.commit_as(self._final)

    def commit_as(self, other: Path) -> Path:
        """Publish under another name, in this folder or, closed to others, in another.

        Raises as `commit`.
        """
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
        """Remove the hidden file, if it was not published."""
        if self._published is None:
            self.inside.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        self._held.release()
        if self._closed is not None:
            self._closed.remove()
            self._closed = None

    def _require_ours(self, other: Path) -> None:
        """Raise OutputError if the file has been replaced since it was created."""
        if self._closed is not None and not os.path.samestat(
            os.fstat(self._held.handle), other.lstat()
        ):
            raise problem(OutputError, "folder_of_others", path=other.parent)

    def _carry(self, other: Path) -> Path:
        """Publish in another folder, which may be on another disk; for its owner alone."""
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
        """Give the finished file the permissions that it is to have."""
        now = stat.S_IMODE(self.inside.stat().st_mode)
        if self._mode is not None:
            if self._mode != now:
                self.inside.chmod(self._mode)
            return
        # Only a new file tells: besides the umask, the folder or the disk can have a say.
        usual = new_partial(self._final.parent, self._final.name, 0o666)
        try:
            mode = stat.S_IMODE(usual.path.stat().st_mode)
        finally:
            usual.remove()
        if mode != now:
            with contextlib.suppress(OSError):  # it can be handed out as it is
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
            sweep(folder)  # of what a killed run left: it can be as large as the film
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
    """Whether the ending of a name is that of a video or a photograph."""
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
        # A hard link fails if the name is taken, in one step; a plain rename would replace.
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
    """Ask the system to bring a file or folder to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # folders on some systems
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


def unwritable(name: Path, error: OSError) -> OutputError:
    """The error that says why a file or folder cannot be written."""
    cure = {errno.EROFS: "EACCES", errno.EDQUOT: "ENOSPC"}.get(error.errno or 0)
    known = ("ENOENT", "EACCES", "ENOSPC", "ENAMETOOLONG")
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
    """Write a small file whole or not at all.

    Args:
        path: final name.
        data: whole content.
        force, never: see `OutputFile`.
        mode: permissions where the system has them; None: those of every new file there.

    Raises:
        OutputExistsError, OutputError: nothing was written, and nothing was left behind.
    """
    _refuse_footage(path)
    with OutputFile(path, force, never, mode) as out:
        try:
            out.temporary.write_bytes(data)
        except OSError as error:
            raise unwritable(path, error) from error
        out.commit()


def check_writable(
    path: Path, force: bool = False, never: Iterable[Path] = (), *, whole: bool = False
) -> None:
    """Find out before a long run whether `path` can be written after it.

    Args:
        path, force, never: see `OutputFile`, which also says what is raised.
        whole: it will be written with `write_whole`.
    """
    if whole:
        _refuse_footage(path)
    OutputFile(path, force, never).discard()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system offers that."""
    with contextlib.suppress(OSError):
        _sync(folder)
