"""The place for results: a file, or a folder that may have to be made."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..errors import OutputError, UsageError
from ..files import make_folder, names_footage

_FOLDER = "redact.folder"


class PlaceType(click.Path):
    """A path that stands for a folder if it ends with a separator, which `Path` would drop."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if ctx is not None and os.fspath(value).endswith(_SEPARATORS):
            ctx.meta[_FOLDER] = path
        return path


_SEPARATORS = tuple(s for s in (os.sep, os.altsep) if s)


def is_folder(place: Path) -> bool:
    """Whether a place that the running command was given is one for files of our naming."""
    context = click.get_current_context(silent=True)
    return place.is_dir() or (context is not None and context.meta.get(_FOLDER) == place)


@contextlib.contextmanager
def folder_for(place: Path | None, several: bool = False) -> Iterator[None]:
    """Make the folder for the results, if one is wanted and missing.

    If nothing is in it at the end, it goes again: a command that fails leaves no empty folder.

    Args:
        place: that was given.
        several: results, which need a folder.

    Raises:
        UsageError: the place is a file's, but a folder is needed.
        OutputError: the folder cannot be made, or the name says neither file nor folder.
    """
    if place is not None and not several and not is_folder(place):
        _check_file(place)
    if place is None or not (several or is_folder(place)):
        yield
        return
    _check_folder(place, several)
    made = [p for p in (place, *place.parents) if not p.exists()]
    try:
        make_folder(place)
        yield
    finally:
        for folder in made:
            with contextlib.suppress(OSError):  # something is in it
                folder.rmdir()


def _check_folder(place: Path, several: bool) -> None:
    meant = is_folder(place)
    if os.path.lexists(place) and not place.is_dir():
        raise UsageError(
            f"{place}: is not a folder" + (", but several sources were given" if several else ""),
            "Name a folder, or leave -o out.",
        )
    if not meant and names_footage(place):
        raise UsageError(
            f"{place}: is the name of one video, but several sources were given",
            f"Name a folder, or run them one by one. If a folder is to have that name, write "
            f"{place}{os.sep}",
        )


def _check_file(place: Path) -> None:
    if not names_footage(place) and not os.path.lexists(place):
        raise OutputError(
            f"{place}: is neither a folder nor the name of a video",
            f"For a folder, write {place}{os.sep} or make it first; for a file, end the name in "
            ".mp4, .mov, .mkv or .webm.",
        )
