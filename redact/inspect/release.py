"""A release protects the people who made it: one video, and nothing that reveals who they are."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from ..errors import CheckFailedError, InputError
from ..files import wanted_name
from ..formats.containers import Structure, structure_of
from ..media import PHOTOGRAPH_ENDINGS
from ..words import Message, problem
from . import mp4
from .matroska import walk as walk_matroska
from .scan import Inspection, inspect_file

CLEARED_TIME = 315_532_800 * 10**9
"""1980-01-01 00:00 UTC in nanoseconds: the earliest time that FAT and ZIP can store, so that no
copy replaces it by a later one."""

NEUTRAL_NAMES = "video", "photo"
_UNDETERMINED = 0x55C4.to_bytes(2, "big")  # "und", five bits a letter


def release_path(folder: Path, suffix: str, taken: Collection[Path] = ()) -> Path:
    """First free neutral name in `folder` that is not `taken`: video.mp4, video-2.mp4, …; photo.jpg
    for a photograph. In lower case: cameras write JPG and MOV."""
    suffix = suffix.lower()
    name = NEUTRAL_NAMES[suffix in PHOTOGRAPH_ENDINGS]
    number, path = 2, folder / f"{name}{suffix}"
    while path.exists() or path in taken:
        path, number = folder / f"{name}-{number}{suffix}", number + 1
    return path


def is_release_name(name: str) -> bool:
    """Whether a file has a name that `release_path` could have given."""
    return re.fullmatch(rf"({'|'.join(NEUTRAL_NAMES)})(-\d+)?\.\w+", name) is not None


def looks_released(path: Path) -> bool:
    """Whether a file has the name and the times of a release; a recording that happens to be called
    photo.jpg has other times."""
    try:
        return is_release_name(path.name) and path.stat().st_mtime_ns == CLEARED_TIME
    except OSError:
        return False


def is_release(path: Path) -> bool:
    """Whether a file has everything that makes a release: the name, the times, and nothing that
    says who made it. An unpacked recording could have the same name and times."""
    if not looks_released(path):
        return False
    status = path.stat()
    return _says_nothing(path, status.st_size, status.st_ctime_ns)


@lru_cache(maxsize=256)  # a watched folder is read every few seconds
def _says_nothing(path: Path, size: int, changed: int) -> bool:
    try:
        return inspect_file(path).clean
    except InputError:
        return False


def prepare_release(path: Path) -> Inspection:
    """Blank what muxers leave, then make sure that nothing is left; to be called before the file
    gets its final name.

    Args:
        path: finished output under its temporary name; changed in place, same size.

    Raises:
        CheckFailedError: something still says who made it; it must not be published.
        InputError: the file cannot be read again.
    """
    neutralise(path)
    result = inspect_file(path)
    if not result.clean:
        finds = [(f.kind, f.where, f.value) for f in result.found[:3]]
        found = tuple(Message("disclosed", kind=k, where=w, value=v) for k, w, v in finds)
        raise problem(CheckFailedError, "says_maker", path=wanted_name(path), found=found)
    return result


def clear_times(path: Path) -> None:
    """Set the times of change and access to a fixed moment; nothing may write to the file after."""
    os.utime(path, ns=(CLEARED_TIME, CLEARED_TIME))


def neutralise(path: Path) -> None:
    """Blank, in place and without moving a byte, what muxers add.

    That is the language of each track, and QuickTime's vendor code (FFmpeg writes "FFMP"). Coded
    sound is left alone: a release contains none of the source's, and the inspection finds names of
    our own encoder in it.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        edits = {Structure.BOXES: _mp4_edits, Structure.ELEMENTS: _matroska_edits}
        structure = structure_of(file.read(12))
        for offset, data in list(edits[structure](file, size)) if structure else ():
            file.seek(offset)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _mp4_edits(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    for box, _ in mp4.walk(file, size):
        if box.kind == b"mdhd":
            wide = box.content(file)[:1] == b"\1"
            yield box.body + 4 + (28 if wide else 16), _UNDETERMINED
        elif box.parent == b"stsd" and box.size >= 28:
            yield box.body + 12, bytes(4)


def _matroska_edits(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    for element in walk_matroska(file, size):
        if element.name == "Language" and element.size == 3:
            yield element.body, b"und"
