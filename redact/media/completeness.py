"""Is a file whole? Where it ends by its own account, and how many pictures it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from ..formats import matroska
from ..messages import Message
from .info import SourceInfo
from .source import only, opened


def cut_off(path: Path, container: str, stream: Any) -> tuple[int, Message | None]:
    """Bytes that a file lacks at its end, and that in words; 0 and None where none are known of.

    MP4 and MOV list every picture in an index; Matroska and WebM state the length of the whole.
    No other container says where it should end.

    Args:
        path: the file.
        container: FFmpeg's demuxer name.
        stream: the video, as opened by PyAV.
    """
    size = path.stat().st_size
    if "mp4" in container:
        entries = stream.index_entries
        ends = [entry.pos + entry.size for entry in entries]
        beyond = sum(end > size for end in ends)
        if beyond:
            words = Message("index_beyond_end", beyond=beyond, indexed=len(ends))
            return max(ends) - size, words
    elif "matroska" in container:
        missing = _segment_end(path) - size
        if missing > 0:
            return missing, Message("bytes_missing", missing=missing)
    return 0, None


def _segment_end(path: Path) -> int:
    """Where the segment of a Matroska file ends by its own account; 0 if it does not say."""
    with path.open("rb") as file:
        head = matroska.element_at(file, 0, matroska.ANYWHERE)
        if head is None or head.endless:
            return 0
        segment = matroska.element_at(file, head.end, matroska.ANYWHERE)
    if segment is None or segment.name != "Segment" or segment.endless:
        return 0
    return segment.end


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
