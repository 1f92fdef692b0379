"""Disclosures that FFmpeg sees in any file: tags, extra streams, chapters, and messages within
packets.

Sources of the messages inside coded pictures: ITU-T H.264 and H.265 annexes D, ISO/IEC 13818-2
6.2.2.2, ISO/IEC 14496-2 6.2.2, AV1 specification 5.3 and 5.8, ITU-T T.81 B.1.1.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from av.stream import Disposition

from ..formats import sound_headers, tags
from ..formats.containers import read_as
from ..formats.nal_units import messages, units
from ..media import opened, packets_of, tags_of
from ..words import Message
from .disclosures import Disclosures, Kind, QuotedOrOurs, printable_text, readable, size_of
from .tag_kinds import add_comments, kind_of_tag

MDPM = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")
"""UUID of camcorders' message with date, time, exposure and sometimes place."""

REGISTERED, UNREGISTERED, FILLER = 4, 5, 3

SIGNATURES = re.compile(
    rb"(?:Lavc|Lavf|x264 - |x265 |LAME3|libfaac|Nero AAC|HandBrake|XviD|DivX5|GoPro|iTunes|"
    rb"Xiph\.Org|reference libFLAC|libopus|SVT-AV1|Apple |Exif\0\0|http://ns\.adobe\.com)"
    rb"[ -~]{0,60}"
)
"""Strings of at least four bytes that encoders and cameras leave in coded data."""

MOST_MATCHES = 64
"""Most such strings examined in one piece of coded data: real data contains a few, and a piece
crafted to be full of them must not take hours."""


def inspect_h264(unit: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    kind = unit[0] & 31 if unit else 0
    if kind == 6:
        _messages(unit[1:], where, found)
    elif kind >= 24:
        found.add(Kind.UNUSUAL, Message("in_unit", where=where, number=kind), size_of(unit))


def inspect_hevc(unit: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    kind = unit[0] >> 1 & 63 if unit else 0
    if kind in (39, 40):
        _messages(unit[2:], where, found)
    elif kind >= 48 and kind not in (62, 63):  # 62, 63: Dolby Vision layers, picture data
        found.add(Kind.UNUSUAL, Message("in_unit", where=where, number=kind), size_of(unit))


def _messages(payload: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    for kind, body in messages(payload):
        _message(kind, body, where, found)


def _message(kind: int, body: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    if kind == UNREGISTERED:
        uuid, text, at = body[:16], body[16:], Message("in_sei_user_data", where=where)
        if uuid == MDPM:
            # Its values change with every picture: listed once, without them.
            found.add(Kind.DATE, at, Message("camcorder_data"))
        elif printable_text(text):
            found.add(Kind.ENCODER, at, text)
        else:
            found.add(Kind.USER_DATA, at, f"uuid {uuid.hex()}")
    elif kind == REGISTERED:
        provider = Message("provider", number=body[:3].hex(" "))
        what = Message("captions") if b"GA94" in body[:8] else provider
        found.add(Kind.USER_DATA, Message("in_sei_registered", where=where), what)
    elif kind == FILLER and body.strip(b"\xff"):
        found.add(Kind.UNUSUAL, Message("in_sei_filler", where=where), size_of(body))
    elif kind >= 205:
        found.add(Kind.UNUSUAL, Message("in_sei_unknown", where=where, number=kind), size_of(body))


def inspect_mpeg(packet: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    """User data of MPEG-1, -2 and -4 part 2 video."""
    for part in packet.split(b"\0\0\1")[1:]:
        if part[:1] == b"\xb2" and part[1:].strip(b"\0"):
            text = printable_text(part[1:])
            kind = Kind.ENCODER if text else Kind.USER_DATA
            begins = Message("begins_with", beginning=part[1:5].hex(" "))
            found.add(kind, Message("in_user_data", where=where), text or begins)


def inspect_av1(packet: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    """Metadata units with ITU-T T.35 data, and unit types that the format leaves open."""
    at = 0
    while at < len(packet):
        header = packet[at]
        kind, extended, sized = header >> 3 & 15, header & 4, header & 2
        at += 2 if extended else 1
        size, at = _leb128(packet, at) if sized else (len(packet) - at, at)
        body = packet[at : at + size]
        if kind == 5 and body and (body[0] == 4 or body[0] >= 6):
            what = f"T.35 {body[1:4].hex(' ')}" if body[0] == 4 else f"type {body[0]}"
            found.add(Kind.USER_DATA, Message("in_metadata_unit", where=where), what)
        elif 9 <= kind <= 14:
            found.add(Kind.UNUSUAL, Message("in_unit", where=where, number=kind), size_of(body))
        at += size


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(8):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 127) << 7 * i
        if not byte & 128:
            break
    return value, at


def inspect_jpeg(packet: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    """Comments and application segments of a JPEG picture, up to its image data."""
    at = 2
    while at + 4 <= len(packet) and packet[at] == 0xFF:
        marker = packet[at + 1]
        size = int.from_bytes(packet[at + 2 : at + 4], "big")
        body = packet[at + 4 : at + 2 + size]
        if marker == 0xDA:
            return
        plain = body[:4] in (b"JFIF", b"AVI1") or body[:5] == b"Adobe"
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and not plain):
            kind = Kind.THUMBNAIL if b"\xff\xd8" in body else Kind.USER_DATA
            found.add(kind, Message("in_jpeg", where=where, segment=f"{marker:X}"), body)
        at += 2 + size


def inspect_strings(data: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    """Names that encoders leave in coded data of any kind."""
    for match in islice(SIGNATURES.finditer(data), MOST_MATCHES):
        if not found.contains(match[0].decode("ascii", "replace").strip("\0")):
            found.add(Kind.ENCODER, Message("in_coded_data", where=where), match[0])


MPEG = frozenset(("mpeg1video", "mpeg2video", "mpeg4", "h263", "msmpeg4v3"))
STRING_PACKETS = 8
"""Packets per stream searched for names of encoders, which are at the start."""


def inspect_streams(path: Path, found: Disclosures) -> tuple[str, int]:
    """Add what tags, streams and packets say; returns the demuxer's name and the packet count.

    Raises:
        InputError: FFmpeg cannot read the file at all, or it is no video.
        av.FFmpegError: it cannot be read to its end.
    """
    with opened(path) as container:
        name = container.format.name
        # The inspector that walks a file's structure lists its tags.
        walked = read_as(name).structure is not None
        _tags(tags_of(container.metadata), Message("in_container"), walked, found)
        for stream in container.streams:
            _stream(stream, walked, found)
        for number, chapter in enumerate(container.chapters(), start=1):
            at = Message("in_chapter", number=number)
            found.add(Kind.TAG, at, str(tags_of(chapter["metadata"])))
        return name, _packets(container, found)


def _tags(metadata: Any, where: QuotedOrOurs, walked: bool, found: Disclosures) -> None:
    for key, value in metadata.items():
        lower = key.lower()
        # The language is found by the container's walk, or by `_stream`.
        neutral = value.strip("\0") in tags.NEUTRAL_HANDLERS
        if lower == "language" or (neutral if lower == "handler_name" else tags.is_structural(key)):
            continue
        dated = any(f.kind is Kind.DATE for f in found.found)
        if walked and lower in ("creation_time", "date") and dated:
            continue
        # Tags that the container's own walk has already listed are not listed twice. Without such
        # a walk, even a name that is part of another text is listed: "Ann" beside "Annual".
        text = value.strip()
        generic = any(text in str(other) for _, other in found.generic)
        if text and not (walked and (generic or found.contains(text))):
            found.add(kind_of_tag(key), Message("in_tag", where=where, key=readable(key)), value)


def _stream(stream: Any, walked: bool, found: Disclosures) -> None:
    where = Message("in_stream", number=stream.index)
    _tags(tags_of(stream.metadata), where, walked, found)
    language = tags_of(stream.metadata).get("language", "und")
    if not walked and language != "und":
        found.add(Kind.LANGUAGE, Message("in_tag", where=where, key="language"), language)
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    if stream.disposition & still:
        found.add(Kind.THUMBNAIL, where, Message("picture_beside"))
    elif stream.type not in ("video", "audio"):
        codec = getattr(stream, "name", None) or Message("format_unknown")
        found.add(Kind.STREAM, where, Message("extra_stream", kind=stream.type, codec=codec))
    context = stream.codec_context
    if context is not None and context.extradata:
        header = Message("in_codec_header", where=where)
        add_comments(sound_headers.comments(context.extradata), header, found)
        _codec_header(context.codec.canonical_name, context.extradata, header, found)
        inspect_strings(context.extradata, header, found)


def _codec_header(codec: str, data: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    """Add the messages in a codec header, where a writer may put those that apply to all pictures.

    They need not be repeated in a packet (`hvcC`, `av1C`, MPEG-4's start of a sequence).
    """
    if codec in MPEG:
        inspect_mpeg(data, where, found)
    elif codec == "av1" and data[:1] == b"\x81":
        inspect_av1(data[_AV1C:], where, found)
    elif codec == "hevc" and data[:1] == b"\1":
        for unit in _hvcc_units(data):
            inspect_hevc(unit, where, found)


_AV1C = 4
"""Bytes before the units in `av1C` (AV1 in ISO-BMFF, 2.3)."""

_HVCC = 22
"""Bytes before the number of lists of units in `hvcC` (ISO/IEC 14496-15, 8.3.2)."""


def _hvcc_units(data: bytes) -> Iterator[bytes]:
    at = _HVCC + 1
    for _ in range(int.from_bytes(data[_HVCC:at])):
        count, at = int.from_bytes(data[at + 1 : at + 3]), at + 3
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2])
            yield data[at + 2 : at + 2 + size]
            at += 2 + size
            if at >= len(data):  # the header may claim millions more
                return


def _packets(container: Any, found: Disclosures) -> int:
    readers = {s.index: _reader(s) for s in container.streams}
    seen: dict[int, int] = {}
    total = 0
    for packet in packets_of(container):
        if packet.size == 0:
            continue
        total += 1
        index = packet.stream.index
        seen[index] = seen.get(index, 0) + 1
        data = bytes(packet)
        where = Message("in_stream", number=index)
        readers[index](data, where, found)
        if seen[index] <= STRING_PACKETS:
            inspect_strings(data, where, found)
    return total


_Reader = Callable[[bytes, QuotedOrOurs, Disclosures], None]


def _reader(stream: Any) -> _Reader:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else ""
    extradata = (context.extradata or b"") if context is not None else b""
    if codec in ("h264", "hevc"):
        inspect_unit = inspect_h264 if codec == "h264" else inspect_hevc
        size = _length_size(codec, extradata)

        def read(data: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
            for unit in units(data, size):
                inspect_unit(unit, where, found)

        return read
    if codec in MPEG:
        return inspect_mpeg
    return {"av1": inspect_av1, "mjpeg": inspect_jpeg}.get(codec, _nothing)


def _length_size(codec: str, extradata: bytes) -> int:
    """Bytes of a NAL length prefix (avcC byte 4, hvcC byte 21), 0 for Annex B start codes."""
    at = 4 if codec == "h264" else 21
    if extradata[:1] != b"\1" or len(extradata) <= at:
        return 0
    return (extradata[at] & 3) + 1


def _nothing(data: bytes, where: QuotedOrOurs, found: Disclosures) -> None:
    pass
