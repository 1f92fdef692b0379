"""Finds and removes comments in the headers of coded sound.

Sources: Vorbis I 4.2 and 5.2, RFC 7845 (Opus), RFC 9639 (FLAC), ISO/IEC 14496-3 1.6.2.1 (AAC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

COMMENTS: Final = (b"\3vorbis", b"OpusTags")
"""First bytes of a comment header in Vorbis and in Opus."""

VENDOR: Final = "vendor"
"""Name, in results of `comments`, of the entry that names the encoding program."""

_STREAM_INFO: Final = 34
_ALAC: Final = 36
_OPUS_HEAD: Final = 19
_AAC_PLAIN: Final = (1, 2, 3, 4, 5, 29)
"""Object types whose configuration contains only numbers, unless it describes its channels."""
_AAC_LONGEST: Final = 16
_LONGEST_HEADER: Final = 32
"""Bytes up to which another header counts as nothing but numbers."""
_TEXT: Final = re.compile(rb"[ -~]{5}")
_FLAC_BLOCKS: Final = {2: "application", 5: "cue sheet", 6: "picture"}


def bare_header(codec: str, header: bytes) -> bytes | None:
    """The header that sound of `codec` needs, without comments of people and programs.

    None if the header may contain something else: then the sound must be encoded again.
    """
    if not header or codec.startswith(("pcm_", "mp3", "ac3", "eac3", "dts", "amr_")):
        return b""  # the packets of these codecs need no header
    match codec:
        case "vorbis":
            return None  # its comments lie between what a decoder needs
        case "opus":
            size = _opus_size(header)
            return header[:size] if len(header) >= size else None
        case "flac":
            at = 8 if header.startswith(b"fLaC") else 0
            return header[at : at + _STREAM_INFO] if len(header) >= at + _STREAM_INFO else None
        case "alac":
            return header[:_ALAC]
        case "aac" if not _plain_aac(header):
            return None
    return header if len(header) <= _LONGEST_HEADER and not _TEXT.search(header) else None


def _opus_size(header: bytes) -> int:
    """Bytes of an OpusHead, including the channel table that more than two channels need."""
    table = len(header) >= _OPUS_HEAD and header[18] != 0
    return _OPUS_HEAD + 2 + header[9] if table else _OPUS_HEAD


def _plain_aac(header: bytes) -> bool:
    """Whether an AudioSpecificConfig has no description of its channels, which can contain a
    comment."""
    if len(header) > _AAC_LONGEST:
        return False
    bits = int.from_bytes(header.ljust(_AAC_LONGEST, b"\0"), "big")

    def read(at: int, size: int) -> int:
        return bits >> 8 * _AAC_LONGEST - at - size & (1 << size) - 1

    channels = 33 if read(5, 4) == 15 else 9  # bit offset; 15 means that the rate follows in full
    return read(0, 5) in _AAC_PLAIN and read(channels, 4) != 0


def comments(header: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and value of everything in a header of Vorbis, Opus or FLAC that is not needed to
    decode the sound."""
    for mark in COMMENTS:
        at = header.find(mark)
        if at >= 0:
            yield from _comments(header, at + len(mark))
    if header.startswith(b"OpusHead") and len(header) > _opus_size(header):
        rest = header[_opus_size(header) :]
        if COMMENTS[1] not in rest:
            yield "bytes after the header", rest
    if header.startswith(b"fLaC"):
        yield from flac_comments(header[4:])


def flac_comments(blocks: bytes) -> Iterator[tuple[str, bytes]]:
    """`comments` of FLAC's metadata blocks alone, as in MP4."""
    at = 0
    while at + 4 <= len(blocks):
        kind, size = blocks[at] & 127, int.from_bytes(blocks[at + 1 : at + 4], "big")
        body = blocks[at + 4 : at + 4 + size]
        if kind == 4:
            yield from _comments(body, 0)
        elif kind == 1 and body.strip(b"\0"):
            yield "padding that is not empty", body
        elif kind in _FLAC_BLOCKS or kind > 6:
            yield _FLAC_BLOCKS.get(kind, f"block of type {kind}"), body
        at += 4 + size
        if blocks[at - 4 - size] & 128:  # the last one
            break
    if blocks[at:].strip(b"\0"):
        yield "bytes after the header", blocks[at:]


def _comments(data: bytes, at: int) -> Iterator[tuple[str, bytes]]:
    vendor, at = _string(data, at)
    if vendor:
        yield VENDOR, vendor
    count, at = int.from_bytes(data[at : at + 4], "little"), at + 4
    while count > 0 and at + 4 <= len(data):
        text, at = _string(data, at)
        name, _, value = text.partition(b"=")
        if name != b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK":  # needed: says which channels there are
            yield name.decode("utf-8", "replace"), value
        count -= 1


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[at : at + 4], "little")
    return data[at + 4 : at + 4 + size], at + 4 + size
