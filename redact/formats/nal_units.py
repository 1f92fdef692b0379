"""Splits H.264 and H.265 streams into NAL units, and SEI units into messages (ITU-T H.264 7.3.1,
7.3.2.3.1 and annex B; ISO/IEC 14496-15, 5.3.3.1).
"""

from __future__ import annotations

from collections.abc import Iterator


def units(data: bytes, length_size: int, most: int | None = None) -> Iterator[bytes]:
    """Yield the NAL units of a packet.

    Args:
        data: the packet.
        length_size: bytes of the length before each unit; 0 if start codes separate them.
        most: most bytes of each unit to return; None for all.
    """
    if length_size:
        at = 0
        while at + length_size <= len(data):
            begin = at + length_size
            at = begin + int.from_bytes(data[at:begin])
            unit = data[begin:at]
            # Some recorders append an end of sequence, with a start code, to the last slice.
            if b"\0\0\1" in unit:
                yield from units(b"\0\0\1" + unit, 0, most)
            else:
                yield unit[:most]
        return
    begin = data.find(b"\0\0\1") + 3
    while begin > 2:
        end = data.find(b"\0\0\1", begin)
        yield data[begin : end if end >= 0 else len(data)].rstrip(b"\0")[:most]
        begin = end + 3


def parameter_sets(avcc: bytes) -> list[bytes]:
    """The units in an `avcC` record: sequence parameter sets, then picture parameter sets."""
    found, at = [], 5
    for mask in (31, 255):
        count, at = (avcc[at] & mask if at < len(avcc) else 0), at + 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2])
            found.append(avcc[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def messages(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each message in the payload of an SEI unit; type -1 and no content
    for one that ends midway."""
    # A 3 after two zeros only prevents a false start code (emulation prevention).
    data, at = payload.replace(b"\0\0\3", b"\0\0").rstrip(b"\0"), 0
    last = len(data) - 1
    while at < last or (at == last and data[at] != 0x80):
        numbers = []
        for _ in range(2):
            number = 0
            while at <= last and data[at] == 255:
                number, at = number + 255, at + 1
            if at > last:
                yield -1, b""
                return
            numbers.append(number + data[at])
            at += 1
        kind, size = numbers
        yield kind, data[at : at + size]
        at += size
