"""What FFmpeg sees in any file: tags, extra streams, chapters, and the packets themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from av.stream import Disposition

from ...formats import tags
from ...media import opened
from .findings import Findings, Kind
from .mp4 import NEUTRAL_NAMES, kind_of_tag
from .units import (
    inspect_av1,
    inspect_h264,
    inspect_hevc,
    inspect_jpeg,
    inspect_mpeg,
    inspect_strings,
    units,
)

WALKED = ("mov", "matroska", "avi")
"""Demuxers whose files are walked box by box, so their tags are told there."""

MPEG = frozenset(("mpeg1video", "mpeg2video", "mpeg4", "h263", "msmpeg4v3"))
STRING_PACKETS = 8
"""Packets per stream searched for names of encoders: they stand at the start."""


def inspect_streams(path: Path, found: Findings) -> tuple[str, int]:
    """Add what tags, streams and packets say; returns the demuxer's name and the packet count.

    Raises:
        InputError: FFmpeg cannot read the file at all, or it is no video.
        av.FFmpegError: it cannot be read to its end.
    """
    with opened(path) as container:
        name = container.format.name
        walked = any(part in name for part in WALKED)
        _tags(container.metadata, "container", walked, found)
        for stream in container.streams:
            _stream(stream, walked, found)
        for number, chapter in enumerate(container.chapters(), start=1):
            found.add(Kind.TAG, f"chapter {number}", str(dict(chapter["metadata"])))
        return name, _packets(container, found)


def _tags(metadata: Any, where: str, walked: bool, found: Findings) -> None:
    for key, value in metadata.items():
        lower = key.lower()
        # The language is found by the container's walk, or by `_stream`.
        if lower == "language" or (lower != "handler_name" and tags.is_structural(key)):
            continue
        if lower == "handler_name" and value.strip("\0") in NEUTRAL_NAMES:
            continue
        if lower in ("creation_time", "date") and walked and _has_dates(found):
            continue
        # Tags that the container's own walk has told already are not told twice.
        if value.strip() and not found.mentions(value.strip()) and not _generic(value, found):
            found.add(kind_of_tag(key), f"{where} tag {key}", value)


def _has_dates(found: Findings) -> bool:
    return any(f.kind is Kind.DATE for f in found.found)


def _generic(value: str, found: Findings) -> bool:
    return any(value.strip() in text for text in found.generic)


def _stream(stream: Any, walked: bool, found: Findings) -> None:
    where = f"stream {stream.index}"
    _tags(stream.metadata, where, walked, found)
    language = stream.metadata.get("language", "und")
    if not walked and language != "und":
        found.add(Kind.LANGUAGE, f"{where} tag language", language)
    still = Disposition.attached_pic | Disposition.timed_thumbnails
    if stream.disposition & still:
        found.add(Kind.THUMBNAIL, where, "picture for display beside the video")
    elif stream.type not in ("video", "audio"):
        codec = getattr(stream, "name", None) or "unknown format"
        found.add(Kind.STREAM, where, f"{stream.type} stream ({codec})")
    context = stream.codec_context
    if context is not None and context.extradata:
        inspect_strings(context.extradata, f"{where} codec header", found)


def _packets(container: Any, found: Findings) -> int:
    readers = {s.index: _reader(s) for s in container.streams}
    seen: dict[int, int] = {}
    total = 0
    for packet in container.demux():
        if packet.size == 0:
            continue
        total += 1
        index = packet.stream.index
        seen[index] = seen.get(index, 0) + 1
        data = bytes(packet)
        where = f"stream {index}"
        readers[index](data, where, found)
        if seen[index] <= STRING_PACKETS:
            inspect_strings(data, where, found)
    return total


_Reader = Callable[[bytes, str, Findings], None]


def _reader(stream: Any) -> _Reader:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else ""
    extradata = (context.extradata or b"") if context is not None else b""
    if codec in ("h264", "hevc"):
        inspect_unit = inspect_h264 if codec == "h264" else inspect_hevc
        size = _length_size(codec, extradata)

        def read(data: bytes, where: str, found: Findings) -> None:
            for unit in units(data, size):
                inspect_unit(unit, where, found)

        return read
    if codec in MPEG:
        return inspect_mpeg
    return {"av1": inspect_av1, "mjpeg": inspect_jpeg}.get(codec, _nothing)


def _length_size(codec: str, extradata: bytes) -> int:
    """Bytes of a NAL length prefix (avcC byte 4, hvcC byte 21), 0 for Annex B start codes."""
    at = 4 if codec == "h264" else 21
    if extradata[:1] != b"\1" or len(extradata) <= at:
        return 0
    return (extradata[at] & 3) + 1


def _nothing(data: bytes, where: str, found: Findings) -> None:
    pass
