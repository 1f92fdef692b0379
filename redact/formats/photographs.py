"""Splits photographs into their parts, and tells which of those contain only the picture: JPEG
(ITU-T T.81), PNG (ISO/IEC 15948), WebP (RFC 9649).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

JPEG, PNG, WEBP, HEIF, AVIF = "jpeg", "png", "webp", "heif", "avif"

PHOTOGRAPH_KINDS: Final = (JPEG, PNG, WEBP, HEIF, AVIF)
"""Kinds of photographs, as named in records."""

_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")


class Part(NamedTuple):
    """A part of a file.

    Attributes:
        name: of its marker or chunk; "after the end" for bytes that belong to none.
        body: offset of its content, after name and length.
        size: bytes of content.
        picture: whether it contains only the picture, or what is needed to decode it.
    """

    name: str
    body: int
    size: int
    picture: bool


def kind_of(head: bytes) -> str:
    """Kind of a photograph by its first 16 bytes; "" if it is none of `PHOTOGRAPH_KINDS`."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIF
    return AVIF if head[4:12] in (b"ftypavif", b"ftypavis") else ""


def parts_of(data: bytes) -> Iterator[Part]:
    """Yield all parts of a JPEG, PNG or WebP file, to its last byte.

    The rest that cannot be parsed is one part that is not the picture, so that nothing is missed.
    """
    walk = {JPEG: _jpeg, PNG: _png, WEBP: _webp}.get(kind_of(data[:16]))
    end = 0
    for part in walk(data) if walk else ():
        yield part
        end = part.body + part.size
    if end < len(data):
        yield Part("after the end", end, len(data) - end, False)


_TABLES: Final = {
    **dict.fromkeys((*range(192, 196), *range(197, 200), *range(201, 204)), "frame header"),
    0xC4: "Huffman table",
    0xDB: "quantization table",
    0xDD: "restart interval",
}
"""Markers of JPEG that decoding needs."""

_JFIF: Final = (b"JFIF\0", 14)
"""Start and size of a JFIF header without a thumbnail."""


def _jpeg(data: bytes) -> Iterator[Part]:
    yield Part("start", 0, 2, True)
    at = 2
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xD9:
            yield Part("end", at, 2, True)
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2 or at + 2 + size > len(data):
            return
        body, length = at + 4, size - 2
        if marker == 0xDA:
            length = _end_of_scan(data, body + length) - body
            yield Part("scan", body, length, True)
        elif marker == 0xE0 and data[body : body + 5] == _JFIF[0]:
            yield Part("JFIF", body, length, length == _JFIF[1])
        elif 0xE0 <= marker <= 0xEF:
            name = data[body : body + 32].split(b"\0")[0].decode("latin-1")
            yield Part(f"APP{marker - 0xE0} {name}".strip(), body, length, False)
        elif marker == 0xFE:
            yield Part("comment", body, length, False)
        else:
            known = _TABLES.get(marker, "")
            yield Part(known or f"marker {marker:02X}", body, length, bool(known))
        at = body + length


def _end_of_scan(data: bytes, at: int) -> int:
    """Offset of the next marker that is neither a restart nor a stuffed byte: the end of a scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


_PNG_PICTURE: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def _png(data: bytes) -> Iterator[Part]:
    yield Part("start", 0, 8, True)
    at = 8
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if at + 12 + size > len(data):
            return
        yield Part(name.decode("latin-1"), at + 8, size + 4, name in _PNG_PICTURE)
        at += 12 + size
        if name == b"IEND":
            return


_WEBP_PICTURE: Final = (b"VP8 ", b"VP8L", b"ALPH")


def _webp(data: bytes) -> Iterator[Part]:
    yield Part("start", 0, 12, True)
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        padded = size + size % 2
        if at + 8 + padded > len(data):
            return
        yield Part(name.decode("latin-1").strip(), at + 8, padded, name in _WEBP_PICTURE)
        at += 8 + padded
