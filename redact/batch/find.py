"""The footage of a case: from files, folders and patterns that a user names, and from videos that
arrive in a folder, once they have stopped growing.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import InputError
from ..files import PRIVATE, excerpt_name, is_made_name, is_work_folder, names_footage, open_file
from ..inspect import is_release
from ..record import manifest_path
from ..types import is_text
from ..words import Message, problem

_SOUND_ALONE: Final = (".mka",)
_TELLS: Final = re.compile(r"\.(eml|pdf|rtf)$", re.IGNORECASE)
"""Endings of documents that consist of text, and can show or name somebody all the same: before
handing over a folder, the user must know that nothing was hidden in them."""

_HEAD_BYTES: Final = 4096
"""Bytes by which text is told from anything else: a block of the disk."""


_OWN: Final = ("left_ours", "left_private", "left_results")
"""Why redact's own files are left out."""


@dataclass(frozen=True, slots=True)
class Footage:
    """One video that was found.

    Attributes:
        path: of the video.
        below: folders between the named place and the video; empty for a video that was itself
            named. The results get the same folders.
        cut: start and end of the excerpt to make, in seconds after the first picture; None: all.
    """

    path: Path
    below: Path = Path()
    cut: tuple[float, float] | None = None

    @property
    def named(self) -> Path:
        """The path by which files beside it are named: its own, with the span of an excerpt."""
        if self.cut is None:
            return self.path
        return self.path.with_name(excerpt_name(self.path.stem, self.path.suffix, self.cut))


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found.

    Attributes:
        footage: in order of the names given, then of the paths in each.
        left_out: skipped videos, and other files beside them that can show or name somebody, with
            the reason.
        searched: whether a folder or a pattern was among the names.
    """

    footage: tuple[Footage, ...]
    left_out: tuple[tuple[Path, Message], ...]
    searched: bool

    @property
    def passed_over(self) -> tuple[tuple[Path, Message], ...]:
        """Of what was left out, that which redact did not make."""
        return tuple((path, why) for path, why in self.left_out if why.code not in _OWN)

    @property
    def several(self) -> bool:
        """Whether there are several results, or one that came from a search."""
        return self.searched or len(self.footage) != 1


def find_footage(
    places: Iterable[Path], *, recursive: bool = False, results: Path | None = None
) -> Found:
    """Videos to redact among files, folders and patterns such as `cam*.mp4`.

    A file that is itself named is always taken. In folders and patterns, redact's own files are
    skipped, and so are hidden files and folders and links to folders, but those are listed.

    Args:
        places: as the user typed them.
        recursive: whether to search subfolders, too.
        results: folder for the results, which is skipped unless it is the folder to search.

    Raises:
        InputError: a folder or pattern contains no video, or a folder cannot be read.
    """
    footage: list[tuple[Footage, bool]] = []
    left_out: list[tuple[Path, Message]] = []
    named = list(places)
    folders = sum(place.is_dir() for place in named)
    searched = False
    for place in named:
        if place.is_dir():
            if _is_closed(place):
                raise problem(InputError, "may_not_read", path=place)
            top = Path(place.resolve().name) if folders > 1 else Path()
            here = [
                (p, top / p.parent.relative_to(place)) for p in _listed(place, recursive, _is_video)
            ]
            left_out += [
                (path, Message("left_no_video"))
                for path in _listed(place, recursive, _is_other)
                if _why_not(path, results, place) is None
            ]
            left_out += _overlooked(place, recursive, results)
        elif _is_pattern(place):
            matching = sorted(glob.glob(str(place), recursive=recursive))  # noqa: PTH207 - as typed
            here = [(Path(p), Path()) for p in matching if _is_video(Path(p))]
        else:
            footage.append((Footage(place), False))
            continue
        searched = True
        if all(_is_hidden(path, place) for path, _ in here):
            code = "no_video_here" if place.is_dir() and not recursive else "no_video_matches"
            raise problem(InputError, code, place=place)
        for path, below in here:
            why = _why_not(path, results, place)
            if why:
                left_out.append((path, why))
            else:
                footage.append((Footage(path, below), True))
    return Found(tuple(_once(footage)), tuple(left_out), searched)


def _listed(folder: Path, recursive: bool, taken: Callable[[Path], bool]) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        if recursive:
            yield from (Path(top, f) for f in sorted(folders) if _hidden_videos(Path(top, f)))
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if recursive else []
        yield from filter(taken, (Path(top, name) for name in sorted(files)))


def _is_video(path: Path) -> bool:
    taken = names_footage(path) and path.suffix.lower() not in _SOUND_ALONE
    try:
        return taken and path.is_file() and not _is_apple_double(path)
    except OSError:  # a name that is too long for the system
        return False


def _is_other(path: Path) -> bool:
    """Whether a file that is no footage can show or name somebody: in the format of a recorder that
    redact does not know, a document, sound, an archive; everything but plain text."""
    if _TELLS.fullmatch(path.suffix):
        return True
    if _is_video(path) or path.suffix == ".sig" or _is_apple_double(path):
        return False
    try:
        with open_file(path) as file:
            return not is_text(file.read(_HEAD_BYTES))
    except OSError:
        return path.is_file()


def _is_no_file(path: Path) -> bool:
    """Whether something is a pipe, a socket or a device: reading it would wait, or never end."""
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(kind) or stat.S_ISDIR(kind))


def _is_broken_link(path: Path) -> bool:
    return names_footage(path) and path.is_symlink() and not path.exists()


def _overlooked(
    folder: Path, recursive: bool, results: Path | None
) -> Iterator[tuple[Path, Message]]:
    """What a user may wrongly believe was searched: broken links with the name of a video, pipes,
    folders that cannot be read, links to folders elsewhere, and subfolders with videos if
    subfolders are not searched."""
    for path in _listed(folder, recursive, _is_broken_link):
        yield path, Message("left_broken")
    for path in _listed(folder, recursive, _is_no_file):
        yield path, Message("left_no_file")
    for inside in _folders_in(folder, recursive):
        of_results = results is not None and _lies_in(inside, results)
        ours = inside.name == PRIVATE or is_work_folder(inside)
        if of_results or inside.name.startswith(".") or ours:
            continue
        if _is_closed(inside):
            yield inside, Message("left_closed")
        elif inside.is_symlink():
            if not _lies_in(inside, folder):
                yield inside, Message("left_link")
        elif not recursive and next(_listed(inside, True, _is_video), None) is not None:
            yield inside, Message("left_folder")


def _folders_in(folder: Path, recursive: bool) -> Iterator[Path]:
    """The folders in a folder, also links to them; `recursive`: and those in them."""
    for top, folders, _ in os.walk(folder):
        yield from (Path(top, name) for name in sorted(folders))
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if recursive else []


def _is_closed(folder: Path) -> bool:
    return not os.access(folder, os.R_OK | os.X_OK)


def _hidden_videos(folder: Path) -> bool:
    """Whether a folder is hidden and contains videos."""
    if not folder.name.startswith("."):
        return False
    try:
        return any(names_footage(path) for path in folder.iterdir())
    except OSError:
        return False


def _is_apple_double(path: Path) -> bool:
    """Whether a file is macOS's companion file to a video on foreign disks (RFC 1740)."""
    if not path.name.startswith("._"):
        return False
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x00\x05\x16\x07"
    except OSError:
        return False


def _is_hidden(path: Path, place: Path) -> bool:
    """Whether a search skips it because its name begins with a dot."""
    return path.name.startswith(".") and path != place


def _is_pattern(place: Path) -> bool:
    return not os.path.lexists(place) and glob.has_magic(str(place))


def _why_not(path: Path, results: Path | None, place: Path) -> Message | None:
    """Why a video is skipped, None if it is not."""
    if _is_hidden(path, place):
        return Message("left_hidden")
    recorded = False
    with contextlib.suppress(OSError):  # name too long: then there is no record either
        recorded = manifest_path(path).exists()
    if is_made_name(path.stem) or recorded:
        return Message("left_ours")
    if any(map(is_work_folder, path.parents)):
        return Message("left_ours")
    if PRIVATE in path.parts:
        return Message("left_private", folder=PRIVATE)
    if results is not None and _lies_in(path, results) and not _lies_in(place, results):
        return Message("left_results")
    if is_release(path):
        return Message("left_ours")
    return None


def _lies_in(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _once(footage: Iterable[tuple[Footage, bool]]) -> Iterator[Footage]:
    """Remove duplicates among videos that a search found. A video that the user named twice stays
    twice."""
    seen: dict[str, bool] = {}
    for one, searched in footage:
        place = os.path.abspath(one.path)  # noqa: PTH100 - links stay links
        if not (place in seen and (searched or seen[place])):
            yield one
        seen[place] = searched
