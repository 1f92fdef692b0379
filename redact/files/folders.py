"""Folders for files: checking that they are writable, creating them, restricting them to their
owner, and deleting them if nothing was written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import OutputError
from ..words import problem, reason_of
from .output import PRIVATE, unwritable


def check_folder(folder: Path) -> None:
    """Find out whether files can be written into `folder`, which need not be there yet.

    Raises:
        OutputError: they cannot.
    """
    nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise problem(OutputError, "no_folder", path=folder, other=nearest)
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise problem(OutputError, "closed_folder", path=folder)


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def check_private(folder: Path) -> None:
    """Find out whether `make_private` can make or close a folder. Raises OutputError."""
    refuse_link(folder)
    check_folder(folder)


def refuse_link(folder: Path) -> None:
    """Raise OutputError for a link in place of a restricted folder: pictures of faces would be
    written to where the link points."""
    if folder.is_symlink():
        raise problem(OutputError, "closed_is_link", path=folder, other=os.path.realpath(folder))


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone, or take all others' access to it. Raises OutputError."""
    refuse_link(folder)
    make_folder(folder)
    keep_to_owner(folder, 0o700)


def private_folder(folder: Path) -> Path:
    """The folder NOT-FOR-RELEASE in a folder, which may be one itself."""
    return folder if folder.resolve().name == PRIVATE else folder / PRIVATE


def keep_to_owner(path: Path, mode: int) -> None:
    """Close a file or folder to everybody but its owner. Raises OutputError."""
    try:
        path.chmod(mode)
    except OSError as error:
        reason = reason_of(error)
        raise problem(OutputError, "stays_open", path=path, reason=reason) from error


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Create a folder and its parents; delete what was created if it is empty in the end.

    What is empty at the end goes again: a command that fails leaves no empty folder.

    Raises:
        OutputError: it cannot be made.
    """
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        make_folder(folder)
        yield
    finally:
        for path in made:
            with contextlib.suppress(OSError):  # something is in it
                path.rmdir()
