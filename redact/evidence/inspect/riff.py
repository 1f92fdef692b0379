"""AVI: what the chunks say (RIFF; OpenDML AVI extensions)."""

from __future__ import annotations

import struct
from typing import BinaryIO

from .findings import Findings, Kind

STRUCTURE = frozenset((b"avih", b"strh", b"strf", b"vprp", b"indx", b"dmlh", b"idx1"))
DATES = frozenset((b"IDIT", b"ICRD", b"DTIM"))
ENCODERS = frozenset((b"ISFT", b"ITCH", b"IENC"))
MAX_CHUNK = 1 << 20


def inspect_riff(file: BinaryIO, size: int, found: Findings) -> None:
    """Add everything that the chunks outside the movie data say."""
    _chunks(file, 0, size, "", found)


def _chunks(file: BinaryIO, start: int, end: int, path: str, found: Findings) -> None:
    at = start
    while at + 8 <= end:
        file.seek(at)
        kind, length = struct.unpack("<4sI", file.read(8))
        # A recording that was cut off, or a live one, has no length in its header.
        stop = min(at + 8 + length, end)
        if kind in (b"RIFF", b"LIST"):
            form = file.read(4)
            name = form.decode("latin-1").strip()
            if form != b"movi":
                _chunks(file, at + 12, stop, f"{path}/{name}".lstrip("/"), found)
        else:
            file.seek(at + 8)
            data = file.read(min(stop - at - 8, MAX_CHUNK))
            _chunk(kind, data, f"{path}/{kind.decode('latin-1').strip()}".lstrip("/"), found)
        at = stop + (length & 1)
    if at < end:
        file.seek(at)
        if file.read(end - at).strip(b"\0"):
            found.add(Kind.UNUSUAL, f"{path} (end)".strip(), f"{end - at} bytes that are no chunk")


def _chunk(kind: bytes, data: bytes, path: str, found: Findings) -> None:
    if kind in STRUCTURE or kind[:2] == b"ix":
        return
    if kind in (b"JUNK", b"PAD "):
        if data.strip(b"\0"):
            found.add(Kind.UNUSUAL, f"{path} (padding that is not empty)", data)
    elif kind in DATES:
        found.add(Kind.DATE, path, data)
    elif kind in ENCODERS:
        if data.strip(b"\0") == b"Lavf":
            found.add_generic(path, data)  # the muxer's name without version
        else:
            found.add(Kind.ENCODER, path, data)
    elif kind == b"strn":
        found.add(Kind.NAME, path, data)
    elif "INFO" in path:
        found.add(Kind.TAG, path, data)
    else:
        found.add(Kind.UNUSUAL, path, data)
