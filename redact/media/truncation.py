"""Does a file end before what its own headers place in it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..formats import matroska
from ..messages import Message


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
