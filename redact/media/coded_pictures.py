"""Counts the pictures in a video's packets, so that one that never leaves the decoder is noticed.

Many containers state no count of pictures (Matroska, WebM, fragmented MP4, transport streams, raw
streams). A packet that the decoder refuses, or swallows, is then told by nothing else.
"""

from __future__ import annotations

from typing import Any

import av

from ..formats.nal_units import units

_ONE_EACH = frozenset(
    ("av1", "dnxhd", "ffv1", "h264", "hevc", "mjpeg", "mpeg2video", "prores", "vp8", "vp9")
)
"""Codecs (FFmpeg's names) of which every packet gives a picture. Others have packets that only say
"as before": of those a picture is only missed where the decoder reported an error."""

_VP8_SHOWN = 0x10
"""Bit of a VP8 frame's first byte (RFC 6386, 9.1); without it the frame is only predicted from."""

_HEVC_SKIPPED = (8, 9)
"""Kinds of units (ITU-T H.265, table 7-1) with pictures that are shown before the key picture at
which decoding began, and predicted from what was before it: no player shows them."""


class CodedPictures:
    """Counts pictures that go into a decoder and that leave it, from the first key picture on.

    What comes before that, or is shown before it, cannot be decoded by anybody.

    Args:
        context: of the decoder.
    """

    def __init__(self, context: Any) -> None:
        self._codec = context.codec.canonical_name
        self._begun = False
        self._first: int | None = None
        self._keys = 0
        self._halves = 0
        self._given = 0
        self._packets_before = self._given_before = 0

    @property
    def begun(self) -> bool:
        """Whether the first key picture went in."""
        return self._begun

    def packet(self, packet: Any, half: bool) -> None:
        """Note a packet that goes to the decoder; `half`: it holds a field, and no picture."""
        if not packet.size or packet.is_discard:
            return
        self._packets_before += not (self._begun or packet.is_keyframe)
        if packet.is_keyframe:
            self._keys += 1
            if not self._begun:
                self._begun, self._first = True, packet.pts
        if self._counts(packet.pts):
            self._halves += 1 if half else 2 * self._shown(packet)

    def picture(self, picture: av.VideoFrame) -> None:
        """Note a picture that left it."""
        counts = self._counts(picture.pts)
        self._given += counts
        self._given_before += not counts

    def lost(self, errors: bool) -> int:
        """Pictures that went in and did not come out; `errors`: the decoder reported any."""
        if not errors and self._codec not in _ONE_EACH:
            return 0
        return max(0, (self._halves + 1) // 2 - self._given)

    @property
    def undecodable(self) -> int:
        """Pictures before the first key picture, which no decoder can show."""
        if not self._begun or self._codec not in _ONE_EACH:
            return 0
        return max(0, self._packets_before - self._given_before)

    def _counts(self, pts: int | None) -> bool:
        return self._begun and (pts is None or self._first is None or pts >= self._first)

    def _shown(self, packet: Any) -> bool:
        if self._codec == "vp8":
            return not hidden_vp8(packet)
        if self._codec == "hevc" and self._keys <= 1 and packet.pts is None:
            heads = units(bytes(packet), 0, 1)
            return not any((u[0] >> 1) & 63 in _HEVC_SKIPPED for u in heads if u)
        return True


def hidden_vp8(packet: Any) -> bool:
    """Whether VP8 put a picture into this packet that the codec itself never shows."""
    return not bytes(packet)[0] & _VP8_SHOWN
