"""Counts the pictures in a video's packets, to notice those that never leave the decoder.

Many containers do not declare a number of pictures (Matroska, WebM, fragmented MP4, transport
streams, raw streams). In those, nothing else reveals a packet that the decoder refuses or swallows.
"""

from __future__ import annotations

from typing import Any

import av

from ..formats.nal_units import units

_ONE_EACH = frozenset(
    ("av1", "dnxhd", "ffv1", "h264", "hevc", "mjpeg", "mpeg2video", "prores", "vp8", "vp9")
)
"""Codecs (FFmpeg's names) in which every packet gives a picture. Other codecs have packets that
only say "unchanged", so a picture counts as lost only if the decoder reported an error."""

_VP8_SHOWN = 0x10
"""Bit in a VP8 frame's first byte (RFC 6386, 9.1): the frame is shown, not only a reference."""

_HEVC_SKIPPED = (8, 9)
"""NAL unit types (ITU-T H.265, table 7-1) of pictures that are shown before the first decoded key
picture and predicted from earlier ones. No player shows them."""


class CodedPictures:
    """Counts the pictures that enter and leave a decoder, from the first key picture on.

    No decoder can show pictures that are coded or shown before that.

    Args:
        context: codec context of the decoder (PyAV).
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
        """Whether the decoder has been given the first key picture."""
        return self._begun

    def packet(self, packet: Any, half: bool) -> None:
        """Count a packet that goes to the decoder; `half`: it contains one field of a picture."""
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
        """Count a picture that left the decoder."""
        counts = self._counts(picture.pts)
        self._given += counts
        self._given_before += not counts

    def lost(self, errors: bool) -> int:
        """Number of pictures that entered and did not leave; `errors`: the decoder reported any."""
        if not errors and self._codec not in _ONE_EACH:
            return 0
        return max(0, (self._halves + 1) // 2 - self._given)

    @property
    def undecodable(self) -> int:
        """Number of pictures before the first key picture, which no decoder can show."""
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
    """Whether a VP8 packet contains a picture that is never shown."""
    return not bytes(packet)[0] & _VP8_SHOWN
