"""Walks through the chunks of AVI (Microsoft, "AVI RIFF File Reference")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

_LISTS: Final = (b"RIFF", b"LIST")
_WALKED: Final = (b"AVI ", b"AVIX", b"movi", b"rec ")
"""Lists that contain pictures and sound, or lists of them."""


_LEVELS: Final = 4
"""Most lists in each other: real files have three."""


def _chunks(
    file: BinaryIO, start: int, end: int, levels: int = _LEVELS
) -> Iterator[tuple[bytes, int]]:
    """Yield kind and size, in bytes, of all chunks of pictures and sound between two offsets."""
    at = start
    while at + 8 <= end:
        file.seek(at)
        head = file.read(12)
        kind, size = head[:4], int.from_bytes(head[4:8], "little")
        if kind not in _LISTS:
            yield kind, size
        elif levels and head[8:] in _WALKED:
            yield from _chunks(file, at + 12, min(at + 8 + size, end), levels - 1)
        at += 8 + size + size % 2


def repeats(file: BinaryIO, size: int, stream: int) -> int:
    """Number of empty chunks of a stream. Each stands for "the picture before once more", or for
    silence."""
    kinds = {b"%02d%s" % (stream, what) for what in (b"dc", b"db", b"wb")}
    return sum(kind in kinds and not length for kind, length in _chunks(file, 0, size))
