"""Finds out where a file should end, so that a recording that was cut off is noticed.

There is one function for each container that states its end, by lengths, counts of frames, page
numbers or end marks. Each takes the file and its size in bytes.

Files come from strangers, so no number in them is trusted: the walk stops at anything invalid, and
the file then does not count as complete.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO, Final, NamedTuple

from . import matroska, mp4


class End(NamedTuple):
    """What a file states about its end.

    Attributes:
        states_end: whether it states where it ends, or marks its end.
        missing: number of bytes that are missing, if it states that.
        cut: whether it ends before it should.
        broken: whether its parts do not follow each other as they state, or were changed.
    """

    states_end: bool = True
    missing: int = 0
    cut: bool = False
    broken: bool = False

    @classmethod
    def at(cls, place: int, size: int) -> End:
        """For a file of `size` bytes that states that it ends at byte `place`."""
        return cls(missing=max(0, place - size), cut=place > size)


WHOLE: Final = End()
CUT: Final = End(cut=True)
BROKEN: Final = End(broken=True)
NO_STATED_END: Final = End(states_end=False)


def mp4_end(file: BinaryIO, size: int) -> End:
    """Only fragmented files are judged here: their index (`mfra`) marks the end (ISO/IEC 14496-12,
    8.8.9). Others list every picture in an index, which `redact.media` compares."""
    kinds = [box.kind for box in mp4.boxes(file, 0, size)]
    if b"moof" not in kinds:
        return WHOLE
    if b"" in kinds:
        return CUT
    return WHOLE if b"mfra" in kinds[kinds.index(b"moof") :] else NO_STATED_END


def matroska_end(file: BinaryIO, size: int) -> End:
    """The segment of Matroska states its length, unless it was recorded live."""
    head = matroska.element_at(file, 0, matroska.ANYWHERE)
    if head is None or head.endless:
        return NO_STATED_END
    segment = matroska.element_at(file, head.end, matroska.ANYWHERE)
    if segment is None or segment.name != "Segment" or segment.endless:
        return NO_STATED_END
    return End.at(segment.end, size)


_PACKETS: Final = ((188, 0), (192, 4), (204, 0))
"""Bytes per packet of a transport stream, and offset of its sync byte: plain (ISO/IEC 13818-1),
with a timestamp in front, as cameras write, and with check bytes at the end."""


def transport_end(file: BinaryIO, size: int) -> End:
    """A transport stream consists of whole packets, but does not state how many."""
    head = file.read(4 * 204)
    for length, before in _PACKETS:
        if len(head) >= 4 * length and set(head[before : 4 * length : length]) == {0x47}:
            return End(states_end=False, missing=-size % length, cut=size % length > 0)
    return NO_STATED_END


def program_end(file: BinaryIO, size: int) -> End:
    """A program stream may end with an end code (ISO/IEC 13818-1, 2.5.3.3), often omitted."""
    file.seek(max(0, size - 4))
    return WHOLE if file.read() == b"\0\0\1\xb9" else NO_STATED_END


def avi_end(file: BinaryIO, size: int) -> End:
    """AVI consists of RIFF chunks. A recorder that was cut off leaves the last size at 0."""
    end = 0
    while end < size:
        at = end + end % 2
        file.seek(at)
        head = file.read(8)
        if head[:4] != b"RIFF" or len(head) < 8:
            return WHOLE if at else NO_STATED_END
        length = int.from_bytes(head[4:], "little")
        if length in (0, 0xFFFFFFFF):
            return CUT
        end = at + 8 + length
    return End.at(end, size)


_FLV_TAGS: Final = frozenset((8, 9, 18))
_FLV_LATE: Final = 0.5
"""Seconds by which the last tag may precede the stated end, as its frame has a duration."""


def flv_end(file: BinaryIO, size: int) -> End:
    """FLV consists of tags with their length before and after them. The first script tag may state
    the file's size and duration (Adobe Flash Video File Format 10.1, annex E)."""
    file.seek(5)
    at = int.from_bytes(file.read(4), "big") + 4
    stated: dict[bytes, float] = {}
    last = 0.0
    while at < size:
        file.seek(at)
        head = file.read(11)
        length = int.from_bytes(head[1:4], "big")
        if len(head) < 11 or at + 15 + length > size:
            return End(missing=max(1, at + 15 + length - size) if len(head) >= 4 else 0, cut=True)
        if head[0] & 0x1F not in _FLV_TAGS:
            return BROKEN
        last = max(last, int.from_bytes(head[7:8] + head[4:7], "big") / 1000)
        if head[0] == 18 and not stated:
            stated = _amf_numbers(file.read(length))
        at += 15 + length
    if stated.get(b"filesize", 0) > size:
        return End.at(int(stated[b"filesize"]), size)
    seconds = stated.get(b"duration", 0)
    if seconds > 0:
        return CUT if last < seconds - _FLV_LATE else WHOLE
    return WHOLE if stated.get(b"filesize") else NO_STATED_END


def _amf_numbers(data: bytes) -> dict[bytes, float]:
    """Duration and file size in a script tag, by name."""
    found = {}
    for name in (b"duration", b"filesize"):
        at = data.find(len(name).to_bytes(2, "big") + name + b"\0")
        value = data[at + len(name) + 3 :][:8]
        if at >= 0 and len(value) == 8:
            number = struct.unpack(">d", value)[0]
            found[name] = number if 0 <= number < 1 << 62 else 0.0
    return found


_ASF_FILE: Final = bytes.fromhex("A1DCAB8C47A9CF118EE400C00C205365")
_ASF_DATA: Final = bytes.fromhex("3626B2758E66CF11A6D900AA0062CE6C")
_ASF_LIVE: Final = 1


def asf_end(file: BinaryIO, size: int) -> End:
    """ASF consists of objects with their lengths. One states the size of the file, unless it was
    broadcast (ASF specification 1.20, sections 3.2 and 5). The data object has packets of equal
    size with numbered pieces of pictures, which are checked because FFmpeg silently skips invalid
    ones."""
    head = file.read(1 << 16)
    fields = head[head.find(_ASF_FILE) + 24 :][:80]
    if int.from_bytes(fields[64:68], "little") & _ASF_LIVE:
        return NO_STATED_END
    at, stated = 0, int.from_bytes(fields[16:24], "little")
    length_of_packet = int.from_bytes(fields[68:72], "little")
    equal = fields[68:72] == fields[72:76] and 0 < length_of_packet <= 1 << 20
    broken = False
    while at < size:
        file.seek(at)
        start = file.read(24)
        length = int.from_bytes(start[16:], "little")
        if length < 24:
            return BROKEN
        if start[:16] == _ASF_DATA and equal:
            broken = not _asf_packets_fit(file, at + 50, min(at + length, size), length_of_packet)
        at += length
    end = End.at(max(at, stated), size)
    return BROKEN if broken and not end.cut else end


def _asf_packets_fit(file: BinaryIO, at: int, end: int, length: int) -> bool:
    """Whether all whole packets between two offsets are valid, and no piece is missing."""
    numbers: dict[int, int] = {}
    file.seek(at)
    for _ in range((end - at) // length):
        try:
            if not _asf_packet_fits(file.read(length), numbers):
                return False
        except IndexError:
            return False
    return True


def _asf_packet_fits(packet: bytes, numbers: dict[int, int]) -> bool:
    """Whether a packet is valid and continues the numbering of each stream (ASF specification 1.20,
    5.2). Raises IndexError if the packet is shorter than it states."""
    at = 0

    def number(kind: int) -> int:
        nonlocal at
        size = (0, 1, 2, 4)[kind & 3]
        if at + size > len(packet):
            raise IndexError
        value = int.from_bytes(packet[at : at + size], "little")
        at += size
        return value

    if packet[0] & 0x80:
        at = 1 + (packet[0] & 15)
    lengths, properties = number(1), number(1)
    stated, _, padding = number(lengths >> 5), number(lengths >> 1), number(lengths >> 3)
    at += 6  # send time and duration
    several, size = number(1) if lengths & 1 else 1, 0
    end = (stated or len(packet)) - padding
    for _ in range(several & 0x3F):
        stream = number(1) & 0x7F
        piece, offset, known = number(properties >> 4), number(properties >> 2), number(properties)
        at += known
        size = number(several >> 6) if lengths & 1 else end - at
        if known != 1:  # 1 means several small pictures packed together
            before = numbers.get(stream, piece if offset else piece - 1)
            if piece != (before if offset else before + 1) % 256:
                return False
            numbers[stream] = piece
        at += size
    return size >= 0 and at <= end <= len(packet)


_MXF_PARTITION: Final = bytes.fromhex("060E2B34020501010D01020101")
_MXF_FOOTER, _MXF_RANDOM_INDEX = 4, 17


def mxf_end(file: BinaryIO, size: int) -> End:
    """The first partition of MXF states where the last one begins, after all pictures (SMPTE ST
    377-1, 7). A recorder that was cut off leaves that at 0."""
    head = file.read(1 << 16)
    first = head.find(_MXF_PARTITION)
    if first < 0:
        return NO_STATED_END
    length = head[first + 16] if len(head) > first + 16 else 0
    body = first + 17 + (length & 0x7F if length & 0x80 else 0)
    footer = int.from_bytes(head[body + 24 : body + 32], "big")
    at, kinds = first, set()
    while at < size:
        key, end = _klv(file, at)
        if end is None:
            return BROKEN if size - at > 24 else CUT
        if key.startswith(_MXF_PARTITION):
            kinds.add(key[13])
        at = end
    if at > size or footer > size:
        return End.at(max(at, first + footer), size)
    if not kinds.isdisjoint((_MXF_FOOTER, _MXF_RANDOM_INDEX)):
        return WHOLE
    return CUT if footer else NO_STATED_END


def _klv(file: BinaryIO, at: int) -> tuple[bytes, int | None]:
    """Key of the MXF item at an offset, and where it ends; None if there is no item (SMPTE ST
    336)."""
    file.seek(at)
    head = file.read(25)
    if len(head) < 17 or head[:4] != _MXF_PARTITION[:4]:
        return b"", None
    length, more = head[16], 0
    if length & 0x80:
        more = length & 0x7F
        length = int.from_bytes(head[17 : 17 + more], "big")
    return head[:16], at + 17 + more + length


def gif_end(file: BinaryIO, size: int) -> End:
    """GIF consists of blocks up to a byte that marks the end (GIF89a specification, 27)."""
    head = file.read(13)
    at = 13 + _colours(head[10]) if len(head) == 13 else size
    while at < size:
        file.seek(at)
        start = file.read(10)
        if start[0] == 0x3B:
            return WHOLE
        if start[0] == 0x2C and len(start) == 10:
            at += 11 + _colours(start[9])
        elif start[0] == 0x21:
            at += 2
        else:
            return BROKEN
        while True:  # sub-blocks of at most 255 bytes, up to an empty one
            file.seek(at)
            length = file.read(1)
            if not length:
                return CUT
            at += 1 + length[0]
            if not length[0]:
                break
    return CUT


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


_OGG_LAST: Final = 4


def ogg_end(file: BinaryIO, size: int) -> End:
    """Ogg consists of pages with numbers and checksums. The last page of each stream is marked (RFC
    3533)."""
    pages: dict[bytes, int] = {}
    open_streams: set[bytes] = set()
    at, gap = 0, False
    while at < size:
        file.seek(at)
        head = file.read(27)
        if head[:4] != b"OggS"[: len(head)]:
            return BROKEN
        table = file.read(head[26]) if len(head) == 27 else b""
        end = at + 27 + len(table) + sum(table)
        if len(head) < 27 or len(table) < head[26] or end > size:
            return End(missing=max(1, end - size), cut=True)
        page = head[:22] + bytes(4) + head[26:] + table + file.read(sum(table))
        if _ogg_checksum(page) != int.from_bytes(head[22:26], "little"):
            return BROKEN
        stream, number, kind = head[14:18], int.from_bytes(head[18:22], "little"), head[5]
        gap |= stream in pages and number != pages[stream] + 1
        pages[stream] = number
        open_streams.discard(stream) if kind & _OGG_LAST else open_streams.add(stream)
        at = end
    if gap:
        return BROKEN
    return CUT if open_streams else WHOLE


_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _ogg_checksum(page: bytes) -> int:
    """CRC-32 starting at the highest bit (RFC 3533, 6): zlib's CRC-32 of mirrored bits."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


_NUT_INDEX: Final = bytes.fromhex("4E58DD672F23E64E")


def nut_end(file: BinaryIO, size: int) -> End:
    """NUT may have an index at its end, with the index's length in the last bytes."""
    file.seek(max(0, size - 12))
    length = int.from_bytes(file.read(8), "big")
    file.seek(max(0, size - length))
    return WHOLE if length and file.read(8) == _NUT_INDEX else NO_STATED_END


_CHROMA: Final = {"420": (2, 2), "422": (2, 1), "411": (4, 1), "444": (1, 1), "mon": None}
"""Pixels per chroma sample, across and down; None for no chroma."""


def yuv4mpeg_end(file: BinaryIO, size: int) -> End:
    """YUV4MPEG consists of pictures of equal size, but does not state how many."""
    head = file.readline(1 << 12)
    words = {word[:1]: word[1:].decode("latin-1") for word in head.split()[1:]}
    width, height = words.get(b"W", ""), words.get(b"H", "")
    colours = words.get(b"C", "420")
    if not (width.isdigit() and height.isdigit()) or colours[:3] not in _CHROMA:
        return NO_STATED_END
    w, h = int(width), int(height)
    step = _CHROMA[colours[:3]]
    chroma = 0 if step is None else 2 * -(-w // step[0]) * -(-h // step[1])
    deep = 2 if colours[3:].lstrip("o").startswith(("p1", "p9", "1")) else 1
    alpha = w * h if colours.endswith("alpha") else 0
    picture = len(b"FRAME\n") + deep * (w * h + chroma + alpha)
    rest = (size - len(head)) % picture
    return End(states_end=False, missing=picture - rest if rest else 0, cut=rest > 0)


def ivf_end(file: BinaryIO, size: int) -> End:
    """IVF states the number of frames, and the length of each. A recorder that was cut off leaves
    the number at 0."""
    head = file.read(32)
    stated, at, count = int.from_bytes(head[24:28], "little"), 32, 0
    while at < size:
        file.seek(at)
        frame = file.read(12)
        at += 12 + int.from_bytes(frame[:4], "little")
        if len(frame) < 12 or at > size:
            return End(missing=max(1, at - size), cut=True)
        count += 1
    if not stated:
        return NO_STATED_END
    return CUT if count < stated else WHOLE
