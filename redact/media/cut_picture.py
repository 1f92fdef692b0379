"""Whether a stream ends within a picture, where nothing says how long the picture should be.

FFmpeg's H.265 decoder reads on where the bytes of a picture end, and says nothing. But whoever
reads on sees what stands there: a picture that is whole stays the same whatever follows it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Final
from zlib import crc32

import av

from .damage import set_aside
from .frame_planes import plane_array
from .pyav import UNDECODABLE

_TAIL: Final = b"\xa5" * 64
"""What is put behind a picture: no start of a unit, and no end."""

_MOST_PACKET_BYTES: Final = 32 << 20
"""Bytes of packets that are kept; of a stream with more between two key pictures nothing is said.
"""


class LastPicture:
    """The last packet of an H.265 stream, with those from which its picture is predicted.

    Args:
        context: of the decoder.
        guessed: its packets are cut by content; elsewhere the container tells how long they are.
    """

    def __init__(self, context: Any, guessed: bool) -> None:
        self._watched = guessed and context.codec.canonical_name == "hevc"
        # Pictures that are shown before a key picture need those from the one before that on.
        self._before: list[bytes] = []
        self._since: list[bytes] = []
        self._bytes = 0

    def packet(self, packet: Any) -> None:
        """Note a packet that goes to the decoder."""
        if not self._watched or not packet.size:
            return
        if packet.is_keyframe:
            self._before, self._since = self._since, []
            self._bytes = sum(map(len, self._before))
        self._bytes += packet.size
        if self._bytes <= _MOST_PACKET_BYTES:
            self._since.append(bytes(packet))

    def is_cut(self) -> bool:
        """Whether its bytes end before its picture does."""
        if not self._since or self._bytes > _MOST_PACKET_BYTES:
            return False
        *others, last = *self._before, *self._since
        plain, longer = (_decoded([*others, last + tail]) for tail in (b"", _TAIL))
        return list(plain) != list(longer)


def _decoded(packets: Iterable[bytes]) -> Iterator[int]:
    """A sum of every plane that a decoder makes of them."""
    context: Any = av.CodecContext.create("hevc", "r")
    context.thread_count = 1
    with set_aside():
        for packet in (*map(av.Packet, packets), None):
            with contextlib.suppress(*UNDECODABLE):
                for picture in context.decode(packet):
                    planes = (plane_array(picture, n) for n in range(len(picture.planes)))
                    yield from (crc32(plane.tobytes()) for plane in planes)
