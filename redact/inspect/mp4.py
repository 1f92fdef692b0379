"""Disclosures in the boxes of MP4, MOV and 3GP files."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from ..formats import mp4, sound_headers, tags
from ..formats.mp4 import Mp4Box
from ..types import date_and_time, day
from ..words import Message
from .disclosures import Disclosures, Kind, QuotedOrOurs, printable_text, size_of
from .tag_kinds import add_comments, kind_of_tag

WITH_TEXT = mp4.kinds("hdlr ilst meta stsd udta url ©swr ©too")
"""FFmpeg's boxes that can contain text."""
STRUCTURE = (mp4.TOP_LEVEL.union(*mp4.CHILD_KINDS.values()) - WITH_TEXT) | mp4.kinds(
    "auxl cdep cdsc dpnd font gmhd gmin hint hmhd iods load nmhd padb saio saiz ssix subs tref vdep"
)
SAMPLE_ENTRY_PARTS = mp4.VIDEO_PARTS | mp4.SOUND_PARTS | mp4.kinds("d263 damr dvcC dvvC")
QUICKTIME_WAVE_PARTS = SAMPLE_ENTRY_PARTS | mp4.kinds("mp4a samr")
"""What QuickTime stores about a sound codec: the codec once more, and its byte order."""
THREE_GPP_TEXT = frozenset(b"titl auth cprt dscp perf gnre albm".split())
ICC = (b"prof", b"rICC")
"""Kinds of `colr` with a profile, which names its maker, a device and its date."""
EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


def walk(file: BinaryIO, size: int) -> Iterator[tuple[Mp4Box, bytes]]:
    """All boxes, parents before children, each with the media type of its track, whose handler
    comes before its sample entries."""
    media = b""

    def enter(box: Mp4Box) -> int | None:
        known = box.parent != b"stsd" or media in (b"vide", b"soun")
        return mp4.first_inside(file, box, media == b"vide") if known else None

    for box in mp4.walk(file, 0, size, enter):
        if box.kind == b"hdlr" and box.parent == b"mdia":
            media = box.content(file)[8:12]
        yield box, media


def inspect_mp4(file: BinaryIO, size: int, found: Disclosures) -> None:
    """Add everything that the boxes say."""
    keys: list[str] = []
    for box, media in walk(file, size):
        if box.parent == b"stsd":
            _sample_entry(box, box.content(file), media, found)
        elif b"stsd" in box.above:
            _entry_part(box, box.content(file), found)
        elif box.kind == b"keys":
            keys = _keys(box.content(file))
        elif b"ilst" in box.above:
            _metadata_item(file, box, keys, found)
        elif b"udta" in box.above:
            _user_data(file, box, found)
        elif box.parent == b"dref":
            _reference(box, box.content(file), found)
        else:
            _structure(file, box, found)


def _structure(file: BinaryIO, box: Mp4Box, found: Disclosures) -> None:
    match box.kind:
        case b"mvhd" | b"tkhd" | b"mdhd":
            _dates(box, box.content(file), found)
        case b"prft":
            _recorded(box, box.content(file), found)
        case b"hdlr":
            _handler(box, box.content(file), found)
        case b"ftyp" | b"styp":
            found.add_generic(box.path, box.content(file)[:4])
        case _ if box.kind in mp4.PADDING:
            _padding(file, box, found)
        case b"udta" | b"meta" | b"ilst" | b"stsd":
            pass  # their children are inspected
        case b"":
            found.add(Kind.UNUSUAL, *_no_box(file, box))
        case _ if box.kind not in STRUCTURE:
            found.add(Kind.UNUSUAL, box.path, box.content(file))


def _no_box(file: BinaryIO, box: Mp4Box) -> tuple[str, Message]:
    """Location and description of bytes that are not a box: the file's last box, truncated, or
    something else."""
    head = box.content(file)[:16]
    if not box.above and len(head) >= 8:
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if kind in mp4.TOP_LEVEL and size > box.size:
            name = mp4.name_of(kind)
            return name, Message("file_ends_early", count=size - box.size, box=name)
    return box.path, Message("bytes_no_box", count=box.size)


def _dates(box: Mp4Box, data: bytes, found: Disclosures) -> None:
    wide = data[:1] == b"\1"
    layout, start = (">QQ", 4) if wide else (">II", 4)
    if len(data) < start + struct.calcsize(layout):
        found.add(Kind.UNUSUAL, box.path, data)
        return
    created, changed = struct.unpack_from(layout, data, start)
    if created:
        found.add(Kind.DATE, box.path, Message("created", date=_as_date(created)))
    if changed:
        found.add(Kind.DATE, box.path, Message("changed", date=_as_date(changed)))
    if box.kind == b"mdhd":
        _language(box, data, found)


def _language(box: Mp4Box, data: bytes, found: Disclosures) -> None:
    at = 4 + (28 if data[:1] == b"\1" else 16)
    if len(data) < at + 2:
        return
    (packed,) = struct.unpack_from(">H", data, at)
    # Below 0x400 it is a Macintosh language number; 0 (English) is also there if a writer sets
    # nothing, 0x7fff means unspecified.
    if packed in (0, 0x7FFF):
        return
    word: QuotedOrOurs = Message("macintosh_language", number=packed)
    if packed >= 0x400:
        word = "".join(chr(0x60 + (packed >> shift & 31)) for shift in (10, 5, 0))
    if word != "und":
        found.add(Kind.LANGUAGE, box.path, word)


def _as_date(seconds: int) -> QuotedOrOurs:
    try:
        return date_and_time(EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        return Message("time_after", number=seconds, unit="s", year=1904)


def _recorded(box: Mp4Box, data: bytes, found: Disclosures) -> None:
    """Add the encoder's clock at a fragment (ISO/IEC 14496-12, 8.16.5; NTP time), once for each
    day, because every fragment has a different fraction of a second."""
    date = NTP_EPOCH + timedelta(seconds=int.from_bytes(data[8:12], "big"))
    found.add(Kind.DATE, box.path, Message("encoder_clock", day=day(date)))


def _handler(box: Mp4Box, data: bytes, found: Disclosures) -> None:
    maker, name = data[12:16], data[24:]
    if maker.strip(b"\0"):
        found.add(Kind.ENCODER, Message("in_manufacturer", where=box.path), maker)
    # QuickTime counts the length first (Pascal), ISO ends with a zero.
    if name and name[0] == len(name) - 1:
        name = name[1:]
    text = printable_text(name)
    if text in tags.NEUTRAL_HANDLERS:
        if text:
            found.add_generic(box.path, text)
    else:
        found.add(Kind.NAME, box.path, name)


def _padding(file: BinaryIO, box: Mp4Box, found: Disclosures) -> None:
    data = box.content(file)
    if data.strip(b"\0"):
        found.add(Kind.UNUSUAL, Message("in_padding", where=box.path), data)


def _reference(box: Mp4Box, data: bytes, found: Disclosures) -> None:
    if data[4:].strip(b"\0"):
        found.add(Kind.NAME, box.path, data[4:])  # a file name or URL


def _sample_entry(box: Mp4Box, data: bytes, media: bytes, found: Disclosures) -> None:
    if media not in (b"vide", b"soun"):
        found.add(Kind.STREAM, box.path, Message("track_of_kind", kind=mp4.name_of(media)))
        return
    if not box.kind and data.strip(b"\0"):
        found.add(Kind.UNUSUAL, box.path, data)
    vendor = data[12:16]
    if vendor.strip(b"\0"):
        found.add(Kind.ENCODER, Message("in_vendor", where=box.path), vendor)
    if media == b"vide" and len(data) >= mp4.VIDEO_ENTRY:
        name = data[43 : 43 + min(data[42], 31)]
        if name.strip(b"\0"):
            found.add(Kind.ENCODER, Message("in_compressor", where=box.path), name)


def _entry_part(part: Mp4Box, data: bytes, found: Disclosures) -> None:
    # QuickTime ends a list of parts with zero bytes, which are no box.
    if part.kind.strip(b"\0") == b"" and not data.strip(b"\0"):
        return
    known = QUICKTIME_WAVE_PARTS if b"wave" in part.above else SAMPLE_ENTRY_PARTS
    if part.kind == b"dfLa":
        add_comments(sound_headers.flac_comments(data[4:]), part.path, found)
    if part.kind not in known or (part.kind == b"colr" and data[:4] in ICC):
        found.add(Kind.UNUSUAL, part.path, data)


def _user_data(file: BinaryIO, box: Mp4Box, found: Disclosures) -> None:
    if box.kind in (b"meta", b"ilst", b"hdlr", b"udta"):
        return
    data = box.content(file)
    if box.kind == b"":
        # QuickTime ends user data with four zero bytes, which are no box.
        if data.strip(b"\0"):
            found.add(Kind.UNUSUAL, box.path, data)
        return
    if box.kind in (b"free", b"skip"):
        _padding(file, box, found)
        return
    name = mp4.name_of(box.kind)
    kind = kind_of_tag(name)
    if kind is Kind.THUMBNAIL:
        found.add(kind, box.path, size_of(data))
        return
    # International text: length and language before the characters; 3GPP text: version, language.
    prefix = 4 if name.startswith("©") else 6 if box.kind in THREE_GPP_TEXT else 0
    text = data[prefix:] if len(data) > prefix else data
    found.add(kind, box.path, text)


def _keys(data: bytes) -> list[str]:
    names, at = [], 8
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if size < 8:
            break
        names.append(data[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    return names


def _metadata_item(file: BinaryIO, box: Mp4Box, keys: list[str], found: Disclosures) -> None:
    if box.parent != b"ilst":
        return
    number = int.from_bytes(box.kind, "big")
    named = 1 <= number <= len(keys)
    name = keys[number - 1] if named else mp4.name_of(box.kind)
    data = box.content(file)
    value = data[16:] if data[4:8] == b"data" else data
    kind = kind_of_tag(name)
    if kind is Kind.THUMBNAIL:
        found.add(kind, box.path, size_of(value))
    else:
        found.add(kind, f"ilst/{name}" if named else box.path, value)
