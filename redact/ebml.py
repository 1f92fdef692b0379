"""Elements of EBML, the format under Matroska and WebM (RFC 8794)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of an element say.

    Attributes:
        id: with its length marker, as specifications write it.
        body: offset of the content.
        end: offset behind it; None for an unknown length, as live recordings have it.
    """

    id: int
    body: int
    end: int | None


def header(file: BinaryIO, at: int, end: int) -> Header | None:
    """Header of the element at a byte; None where there is none that ends by `end`."""
    file.seek(at)
    data = file.read(min(12, end - at))
    id_length = number_length(data[:1], 4)
    if id_length is None or len(data) <= id_length:
        return None
    size_length = number_length(data[id_length : id_length + 1], 8)
    if size_length is None or len(data) < id_length + size_length:
        return None
    body = at + id_length + size_length
    unknown = (1 << 7 * size_length) - 1
    size = int.from_bytes(data[id_length : id_length + size_length], "big") & unknown
    if size != unknown and body + size > end:
        return None
    number = int.from_bytes(data[:id_length], "big")
    return Header(number, body, None if size == unknown else body + size)


def number_length(first: bytes, longest: int) -> int | None:
    """Bytes of a variable-length number, from the leading zeros of its first byte."""
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    return length if length <= longest else None
