"""Does a file end before what its own headers place in it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import ebml
from ..messages import Message

_SEGMENT = 0x18538067
_ANYWHERE = 1 << 62


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
        head = ebml.header(file, 0, _ANYWHERE)
        if head is None or head.end is None:
            return 0
        segment = ebml.header(file, head.end, _ANYWHERE)
    if segment is None or segment.id != _SEGMENT or segment.end is None:
        return 0
    return segment.end
