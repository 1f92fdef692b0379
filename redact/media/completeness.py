"""Finds out whether a source is complete: where the file should end, and how many pictures and how
much sound it should hold.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import InputContainer

from ..formats import avi, mp4
from ..formats.containers import Structure, read_as
from ..words import Message
from .coded_pictures import hidden_vp8
from .info import SourceInfo
from .source import opened, opened_video, packets_of

EARLY_SECONDS = Fraction(1, 2)
"""Seconds by which a stream may end before the declared end: of pictures and sound that end
earlier, some are missing."""


def sound_is_short(read: float | Fraction | None, stated: float | Fraction | None) -> bool:
    """Whether less sound was read than its container states, both in seconds or unknown."""
    return read is not None and stated is not None and stated - read > EARLY_SECONDS


class CutOff(NamedTuple):
    """What is missing at the end of a file, according to its own headers.

    Attributes:
        missing: number of bytes, if known.
        torn: an unknown amount is missing.
        words: warnings that something is missing, or that nothing tells; none if the file is
            complete.
    """

    missing: int = 0
    torn: bool = False
    words: tuple[Message, ...] = ()


_INDEX_WORDS = {"video": "index_beyond_end", "audio": "sound_beyond_end"}


def cut_off(path: Path, container: InputContainer) -> CutOff:
    """Find out what is missing at the end of a file.

    MP4 and MOV list every picture and piece of sound in an index; for the end of the file itself
    see `redact.formats.ends`.

    Args:
        path: of the file.
        container: the same, opened.
    """
    kind, size = read_as(container.format.name), path.stat().st_size
    with path.open("rb") as file:
        end = kind.end_of(file, size)
    missing, words = end.missing, []
    for stream in container.streams if kind.structure is Structure.BOXES else ():
        entries: Any = stream.index_entries
        ends = [entry.pos + entry.size for entry in entries]
        missing = max(missing, max(ends, default=0) - size)
        beyond, code = sum(end > size for end in ends), _INDEX_WORDS.get(stream.type)
        if beyond and code:
            words.append(Message(code, beyond=beyond, indexed=len(ends)))
    if missing:
        return CutOff(missing, words=tuple(words) or (Message("bytes_missing", missing=missing),))
    if end.cut or end.broken:
        return CutOff(torn=True, words=(Message("end_missing" if end.cut else "file_torn"),))
    return CutOff() if end.states_end else CutOff(words=(Message("no_end"),))


def cut_off_by_edits(path: Path, container: str, stream: Any) -> int:
    """Number of pictures that the edit list of an MP4 or MOV cuts off; 0 for other files.

    FFmpeg leaves them out of its index, or marks them if others are predicted from them. Pictures
    that it leaves out for other reasons are also missing without the edit list.

    Args:
        path: of the file.
        container: FFmpeg's demuxer name.
        stream: the video stream (PyAV).
    """
    shown = sum(not entry.is_discard for entry in stream.index_entries)
    if read_as(container).structure is not Structure.BOXES or shown >= stream.frames:
        return 0
    with opened(path, edit_lists=False) as whole:
        all_of_it: Any = whole.streams[stream.index]
        return max(0, len(all_of_it.index_entries) - shown)


def repeats_in(path: Path, container: InputContainer, stream: Any) -> int:
    """Number of pictures or pieces of sound that an AVI counts, but that FFmpeg leaves out because
    they are empty, to repeat the one before."""
    if container.format.name != "avi" or len(stream.index_entries) >= stream.frames:
        return 0
    with path.open("rb") as file:
        return avi.repeats(file, path.stat().st_size, stream.index)


def stated_end(path: Path, container: InputContainer, stream: Any) -> Fraction | None:
    """Time in seconds at which a file declares a stream to end; None if it declares none.

    It is needed because FFmpeg's demuxer skips bytes that it does not understand, if need be to the
    end of the file, and reports that at most while it opens the file. The pictures of an MP4 or AVI
    are counted instead.
    """
    said = next((v for k, v in stream.metadata.items() if k.upper().startswith("DURATION")), "")
    kind = read_as(container.format.name)
    parts = re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d{1,9})", said.strip())
    if parts and kind.structure is Structure.ELEMENTS:
        hours, minutes, seconds = map(Fraction, parts.groups())
        return hours * 3600 + minutes * 60 + seconds
    if kind.counts_pieces and stream.type == "audio" and stream.frames:
        lasts = stream.duration or stream.frames  # of PCM, AVI states only this
        lasts -= repeats_in(path, container, stream)
        return Fraction(((stream.start_time or 0) + lasts) * stream.time_base)
    alone = len(container.streams.video) + len(container.streams.audio) == 1
    if not kind.states_length or container.duration is None or not alone:
        return None  # another stream may go on
    return Fraction(container.duration, av.time_base)


def holds_unlisted(path: Path, container: InputContainer) -> bool:
    """Whether a fragmented MP4 or MOV contains bytes of pictures or sound that no fragment lists.
    FFmpeg silently skips fragments that it does not recognise. Call it after reading to the end."""
    if read_as(container.format.name).structure is not Structure.BOXES:
        return False
    listed = sum(entry.size for stream in container.streams for entry in stream.index_entries)
    with path.open("rb") as file:
        top = list(mp4.boxes(file, 0, path.stat().st_size))
    kinds = {box.kind for box in top}
    held = sum(box.size for box in top if box.kind == b"mdat")
    # b"" stands for bytes that are not a box.
    return not kinds.isdisjoint((b"moof", b"mfra")) and (held > listed or b"" in kinds)


def coded_pictures(info: SourceInfo) -> int:
    """Number of pictures in the video stream of a file, including those that an edit list cuts off
    or that players cannot reach for other reasons.

    Raises:
        InputError: the file cannot be opened.
    """
    if info.photograph:
        return 1
    count = 0
    with opened_video(info, edit_lists=False) as (container, stream):
        vp8 = stream.codec_context.name == "vp8"
        try:
            for packet in packets_of(container, stream):
                # VP8 has packets whose pictures are never shown.
                count += packet.size > 0 and not (vp8 and hidden_vp8(packet))
        except av.FFmpegError:
            pass  # decoding stops at the same place, and reports it
        # FFmpeg skips samples of an MP4 whose sample description is not that of the first.
        boxes = read_as(container.format.name).structure is Structure.BOXES
        listed = stream.frames if boxes else 0
    return max(count, listed)
