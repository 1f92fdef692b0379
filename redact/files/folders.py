"""Folders that are made for files, and go again where nothing came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .output import make_folder


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Make a folder, with those above it, for as long as something is in it.

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
