"""Checks that folders are writable, creates them, restricts them to their owner, and removes them
if they stay empty."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import OutputError
from ..words import problem, reason_of
from .output import unwritable


def check_folder(folder: Path) -> None:
    """Raise OutputError if files cannot be written into `folder`, which need not exist yet."""
    nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise problem(OutputError, "no_folder", path=folder, other=nearest)
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise problem(OutputError, "closed_folder", path=folder)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def check_private(folder: Path) -> None:
    """Raise OutputError if `make_private` could not create or restrict a folder."""
    refuse_link(folder)
    check_folder(folder)


def refuse_link(folder: Path) -> None:
    """Raise OutputError if a private folder is a link: pictures of faces would land wherever it
    points."""
    if folder.is_symlink():
        raise problem(OutputError, "closed_is_link", path=folder, other=os.path.realpath(folder))


def make_private(folder: Path) -> None:
    """Create a folder for its owner alone, or restrict an existing one. Raises OutputError."""
    refuse_link(folder)
    make_folder(folder)
    keep_to_owner(folder, 0o700)


def keep_to_owner(path: Path, mode: int) -> None:
    """Set the permissions of a file or folder to `mode`, which excludes all but its owner. Raises
    OutputError."""
    try:
        path.chmod(mode)
    except OSError as error:
        reason = reason_of(error)
        raise problem(OutputError, "stays_open", path=path, reason=reason) from error


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Create a folder and its parents; on leaving the context, remove those created here that are
    empty, so that a command that fails leaves no empty folder.

    Raises:
        OutputError: it cannot be created.
    """
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        make_folder(folder)
        yield
    finally:
        for path in made:
            with contextlib.suppress(OSError):  # the folder is not empty
                path.rmdir()
