"""Finds out where a file should end, so that a recording that was cut off is noticed.

There is one function for each container that states its end, by lengths or end marks. Each takes
the file and its size in bytes. Of all others nobody can tell.

Files come from strangers, so no number in them is trusted: the walk stops at anything invalid, and
the file then does not count as complete.
"""

from __future__ import annotations

import struct
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
    """Every box states its length. The index lists every picture and piece of sound, which
    `redact.media` compares; of fragmented files, whose index ends with the first fragment, a last
    box (`mfra`) marks the end (ISO/IEC 14496-12, 8.8.9)."""
    kinds = set()
    for box in mp4.walk(file, 0, size, lambda box: _first_in(file, box)):
        if box.above:
            if not box.kind and box.size >= 8:
                return BROKEN
        elif box.kind:
            kinds.add(box.kind)
        elif (end := mp4.claimed_end(file, box)) is not None:
            return End.at(end, size)
        elif b"moof" in kinds:
            return CUT
    return NO_STATED_END if b"moof" in kinds and b"mfra" not in kinds else WHOLE


_INDEX: Final = mp4.kinds("moov trak mdia minf stbl")


def _first_in(file: BinaryIO, box: mp4.Mp4Box) -> int | None:
    return mp4.first_inside(file, box, False) if box.kind in _INDEX else None


def matroska_end(file: BinaryIO, size: int) -> End:
    """The segment of Matroska states its length, unless it was recorded live; then its parts do."""
    head = matroska.element_at(file, 0, matroska.ANYWHERE)
    if head is None or head.endless:
        return NO_STATED_END
    segment = matroska.element_at(file, head.end, matroska.ANYWHERE)
    if segment is None or segment.name != "Segment":
        return NO_STATED_END
    if not segment.endless:
        return End.at(segment.end, size)
    for part in matroska.walk(file, segment.body, size, lambda part: False):
        claim = None if part.id else matroska.element_at(file, part.start, matroska.ANYWHERE)
        if claim is not None and claim.id in matroska.NAMES:
            return End.at(claim.end, size)
    return NO_STATED_END


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
