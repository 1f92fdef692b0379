"""How many pictures a file holds, shown or not."""

from __future__ import annotations

from typing import Any

import av

from .info import SourceInfo
from .source import only, opened

_VP8_SHOWN = 0x10
"""Bit of a VP8 frame's first byte (RFC 6386, 9.1); without it the frame is only predicted from."""


def coded_pictures(info: SourceInfo) -> int:
    """Pictures in the video stream of a file, those too that its edit list cuts off or that no
    player reaches for another reason.

    Raises:
        InputError: the file cannot be opened any more.
    """
    count = 0
    with opened(info.path, edit_lists=False) as container:
        stream: Any = container.streams[info.video.index]
        only(container, {stream.index})
        vp8 = stream.codec_context.name == "vp8"
        try:
            for packet in container.demux(stream):
                # VP8 puts pictures that the codec itself never shows into packets of their own.
                count += packet.size > 0 and not (vp8 and not bytes(packet)[0] & _VP8_SHOWN)
        except av.FFmpegError:
            pass  # decoding stops at the same place, and tells
        # FFmpeg passes over samples of an MP4 that have another description than the first ones.
        listed = stream.frames if "mp4" in container.format.name else 0
    return max(count, listed)
