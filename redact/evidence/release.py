"""Release for people who must not be found: one video, and nothing that says who made it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import CheckFailedError
from .inspect import Inspection, boxes, ebml, inspect_file

CLEARED = 315_532_800 * 10**9
"""1980-01-01 00:00 UTC in nanoseconds: the earliest time that FAT and ZIP can hold, so that no
copy replaces it by a later one."""

NAME = "video"
_UNDETERMINED = 0x55C4.to_bytes(2, "big")  # "und", five bits a letter


def release_path(folder: Path, suffix: str) -> Path:
    """First free neutral name in `folder`: video.mp4, video-2.mp4, …"""
    number, path = 2, folder / f"{NAME}{suffix}"
    while path.exists():
        path, number = folder / f"{NAME}-{number}{suffix}", number + 1
    return path


def prepare_release(path: Path) -> Inspection:
    """Blank what muxers leave, then make sure that nothing is left. Before the file is published.

    Args:
        path: finished output under its temporary name; changed in place, same size.

    Raises:
        CheckFailedError: something still says who made it; it must not be published.
    """
    neutralise(path)
    result = inspect_file(path)
    if not result.clean:
        found = "; ".join(f"{f.kind}: {f.where}: {f.value}" for f in result.found[:3])
        raise CheckFailedError(
            f"{path.name}: the file still says something about who made it ({found})",
            "It was not published. Try another container: name the output .mp4 or .mkv.",
        )
    return result


def clear_times(path: Path) -> None:
    """Set the times of change and access to a fixed moment; the last thing to do to a file."""
    os.utime(path, ns=(CLEARED, CLEARED))


def neutralise(path: Path) -> None:
    """Blank, in place and without moving a byte, the few fields that muxers always fill in:

    the language of each track, and QuickTime's vendor code (FFmpeg writes "FFMP").
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(8)
        edits = list(_ebml_edits(file, size) if head[:4] == b"\x1a\x45\xdf\xa3" else ())
        if head[4:8] == b"ftyp":
            edits = list(_mp4_edits(file, size))
        for offset, data in edits:
            file.seek(offset)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _mp4_edits(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    for box in boxes.walk(file, 0, size):
        if box.kind == b"mdhd":
            wide = box.content(file)[:1] == b"\1"
            yield box.body + 4 + (28 if wide else 16), _UNDETERMINED
        elif box.kind == b"stsd":
            for entry in boxes.walk(file, box.body + 8, box.end, box.path):
                if entry.size >= 28:
                    yield entry.body + 12, bytes(4)


def _ebml_edits(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    for element in ebml.walk(file, 0, size):
        if element.id == ebml.LANGUAGE and element.end - element.body == 3:
            yield element.body, b"und"
