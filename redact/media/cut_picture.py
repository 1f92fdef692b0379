"""Finds out whether an H.265 stream ends within a picture, if the container does not say how long
the picture should be.

FFmpeg's H.265 decoder silently reads past the end of a cut picture. So bytes appended there change
the decoded picture; a complete picture stays the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Final
from zlib import crc32

import av

from .damage import errors_ignored
from .frame_planes import plane_array
from .pyav import UNDECODABLE

_TAIL: Final = b"\xa5" * 64
"""Bytes to append to a picture: neither the start nor the end of a NAL unit."""

_MOST_PACKET_BYTES: Final = 32 << 20
"""Most bytes of packets that are held; a stream with more between key pictures is not tested."""


class LastPicture:
    """The last packet of an H.265 stream, with those that its picture is predicted from.

    Args:
        context: codec context of the decoder (PyAV).
        guessed: FFmpeg splits the packets by their content; otherwise the container declares their
            length, and nothing needs to be tested.
    """

    def __init__(self, context: Any, guessed: bool) -> None:
        self._watched = guessed and context.codec.canonical_name == "hevc"
        # Pictures shown before a key picture refer back as far as the key picture before it.
        self._before: list[bytes] = []
        self._since: list[bytes] = []
        self._bytes = 0

    def packet(self, packet: Any) -> None:
        """Take a packet that goes to the decoder."""
        if not self._watched or not packet.size:
            return
        if packet.is_keyframe:
            self._before, self._since = self._since, []
            self._bytes = sum(map(len, self._before))
        self._bytes += packet.size
        if self._bytes <= _MOST_PACKET_BYTES:
            self._since.append(bytes(packet))

    def is_cut(self) -> bool:
        """Whether the last packet ends before its picture does."""
        if not self._since or self._bytes > _MOST_PACKET_BYTES:
            return False
        *others, last = *self._before, *self._since
        plain, longer = (_decoded([*others, last + tail]) for tail in (b"", _TAIL))
        return list(plain) != list(longer)


def _decoded(packets: Iterable[bytes]) -> Iterator[int]:
    """Yield a checksum of every plane decoded from packets."""
    context: Any = av.CodecContext.create("hevc", "r")
    context.thread_count = 1
    with errors_ignored():
        for packet in (*map(av.Packet, packets), None):
            with contextlib.suppress(*UNDECODABLE):
                for picture in context.decode(packet):
                    planes = (plane_array(picture, n) for n in range(len(picture.planes)))
                    yield from (crc32(plane.tobytes()) for plane in planes)
