"""Where results go: a file, or a folder that may have to be created; and names for several results,
none of which may replace another result or a source.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ..batch import Footage
from ..errors import OutputError, UsageError
from ..files import made_folder, names_footage
from ..inspect import looks_released
from ..media import default_output_name
from ..pipeline import Delivery, released_before
from ..words import problem
from .app import PathType

_FOLDER = "redact.folder"


class PlaceType(PathType):
    """A path that means a folder if it ends with a separator, which `Path` would drop."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if ctx is not None and os.fspath(value).endswith(_SEPARATORS):
            ctx.meta[_FOLDER] = path
        return path


_SEPARATORS = tuple(s for s in (os.sep, os.altsep) if s)


def is_folder(place: Path) -> bool:
    """Whether a place given to the current command is a folder, so that redact names the files."""
    context = click.get_current_context(silent=True)
    return place.is_dir() or (context is not None and context.meta.get(_FOLDER) == place)


@contextlib.contextmanager
def folder_for(place: Path | None, several: bool = False) -> Iterator[None]:
    """Make the folder for the results, if one is wanted and missing.

    If it is empty at the end, it is removed: a command that fails leaves no empty folder.

    Args:
        place: as given.
        several: there are several results, which need a folder.

    Raises:
        UsageError: the place is a file, but a folder is needed.
        OutputError: the folder cannot be made, or the name could be either a file or a folder.
    """
    if place is None or not (several or is_folder(place)):
        if place is not None and not names_footage(place) and not os.path.lexists(place):
            raise problem(OutputError, "neither_folder_nor_video", place=place, sep=os.sep)
        yield
        return
    _check_folder(place, several)
    with made_folder(place):
        yield


def _check_folder(place: Path, several: bool) -> None:
    meant = is_folder(place)
    if os.path.lexists(place) and not place.is_dir():
        code = "results_no_folder" if several else "result_no_folder"
        raise problem(UsageError, code, path=place)
    if not meant and names_footage(place):
        raise problem(UsageError, "one_name_for_several", place=place, sep=os.sep)


def check_results(
    sources: Sequence[tuple[Footage, Path | None]], delivery: Delivery, codec: str = "auto"
) -> None:
    """Refuse sources whose files would get the same names, before the first one is processed.

    Manifests and repaired plans are named after results, so they differ if the results do.

    Args:
        sources: of one command, each with the folder for its result; they need not exist.
        delivery, codec: of the command.

    Raises:
        UsageError: two names are the same.
    """
    paths = tuple(one.path for one, _ in sources)
    if delivery.release:
        _check_release(sources)
        return
    finals = [
        (folder or one.path.parent) / default_output_name(one.path, codec, span=one.cut)
        for one, folder in sources
    ]
    twice = _repeated(finals)
    if twice is not None:
        raise problem(UsageError, "same_result", path=twice)
    if delivery.force:
        _check_originals(paths, finals)


def check_release(source: Path, delivery: Delivery) -> None:
    """As `check_results`, if the only result of a command gets a neutral name."""
    if delivery.release and (delivery.output is None or delivery.in_folder):
        check_results([(Footage(source), delivery.output)], delivery)


def _check_originals(sources: tuple[Path, ...], finals: list[Path]) -> None:
    """Refuse results that would replace a source: each run protects only its own."""
    originals = {_named(s) for s in sources} | {Path(os.path.realpath(s)) for s in sources}
    taken = next((final for final in finals if _named(final) in originals), None)
    if taken is not None:
        raise problem(UsageError, "result_is_source", path=taken)


def _check_release(sources: Sequence[tuple[Footage, Path | None]]) -> None:
    """Refuse a source that is named twice, and a second release into a folder."""
    twice = _repeated(one.path for one, _ in sources if one.cut is None)
    if twice is not None:
        raise problem(UsageError, "named_twice", path=twice)
    known = [_named(one.path) for one, _ in sources]
    for one, folder in sources:
        before = released_before(one.named, folder or one.path.parent)
        known += [] if before is None else [_named(before)]
    folders = {Path(os.path.realpath(folder or one.path.parent)) for one, folder in sources}
    _refuse_second_release(folders, known)


def _refuse_second_release(folders: Iterable[Path], known: Sequence[Path]) -> None:
    """Refuse a folder with a release of other sources: nothing in it says what it was made from, so
    the two would be one."""
    name = f"NAME{Path(default_output_name(known[0])).suffix}"
    for folder in folders:
        there = sorted(folder.iterdir()) if folder.is_dir() else []
        earlier = [p.name for p in there if looks_released(p) and p not in known]
        if earlier:
            one = folder / name
            raise problem(UsageError, "second_release", folder=folder, name=earlier[0], one=one)


def _repeated(paths: Iterable[Path]) -> Path | None:
    """The first path that means the same file as one before it, even if written differently."""
    seen = set()
    for path in paths:
        entry = _named(path)
        if entry in seen:
            return path
        seen.add(entry)
    return None


def _named(path: Path) -> Path:
    """The entry in its folder that a path names: a link is replaced, not what it points to."""
    return Path(os.path.realpath(path.parent)) / path.name
