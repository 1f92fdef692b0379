"""MP4, MOV and 3GP: walking the boxes (ISO/IEC 14496-12, QuickTime File Format)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BOX = 64 << 20
"""Bytes of a single box that are read into memory. Only mdat is larger in real files."""

MAX_DEPTH = 24

PARENTS = frozenset(
    b"moov trak mdia minf stbl dinf edts mvex moof traf mfra tref gmhd sinf schi ilst udta "
    b"meta tapt wave".split()
)


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        kind: four-character code.
        path: codes from the top, joined with "/".
        start: offset of the header in the file.
        body: offset of the content.
        end: offset behind the content.
    """

    kind: bytes
    path: str
    start: int
    body: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.body

    def content(self, file: BinaryIO) -> bytes:
        """The content, at most `MAX_BOX` bytes of it."""
        file.seek(self.body)
        return file.read(min(self.size, MAX_BOX))


def walk(file: BinaryIO, start: int, end: int, path: str = "", depth: int = 0) -> Iterator[Box]:
    """All boxes between two offsets, parents before children.

    A stretch that is no box is yielded with the kind b"" so that nothing goes unmentioned.
    """
    at = start
    while at < end:
        box = _box_at(file, at, end, path)
        if box is None:
            yield Box(b"", f"{path}/(no box)".lstrip("/"), at, at, end)
            return
        yield box
        if box.kind in PARENTS and depth < MAX_DEPTH:
            yield from walk(file, _first_child(file, box), box.end, box.path, depth + 1)
        at = box.end


def _box_at(file: BinaryIO, at: int, end: int, path: str) -> Box | None:
    file.seek(at)
    header = file.read(16)
    if len(header) < 8 or at + 8 > end:
        return None
    size, kind = struct.unpack(">I4s", header[:8])
    body = at + 8
    if size == 1 and len(header) == 16:
        size, body = struct.unpack(">Q", header[8:])[0], at + 16
    elif size == 0:
        size = end - at  # to the end of the file
    if size < body - at or at + size > end:
        return None
    return Box(kind, f"{path}/{name_of(kind)}".lstrip("/"), at, body, at + size)


def _first_child(file: BinaryIO, box: Box) -> int:
    """ISO `meta` has four bytes of version and flags before its children, QuickTime's has none."""
    if box.kind != b"meta" or box.size < 8:
        return box.body
    file.seek(box.body)
    return box.body if file.read(8)[4:] == b"hdlr" else box.body + 4


def name_of(kind: bytes) -> str:
    return "".join(c if c.isprintable() else "?" for c in kind.decode("mac_roman"))
