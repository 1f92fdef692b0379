"""Containers that can be written, and the name of an output."""

from __future__ import annotations

from math import lcm
from pathlib import Path

from ..errors import OutputError
from .info import SourceInfo

MUXERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""FFmpeg's muxer for each extension."""

_ALIASES = {"mkv": "matroska", "m4v": "mp4"}
_MAX_TIMESCALE = 2**31 - 1


def container_for(path: Path) -> str:
    """FFmpeg's muxer for an output name.

    Raises:
        OutputError: if the extension is of no container that can be written.
    """
    try:
        return MUXERS[path.suffix.lower()]
    except KeyError:
        raise OutputError(
            f"{path}: cannot write {path.suffix or 'a name without extension'}",
            "end the output's name in .mp4, .m4v, .mov, .mkv or .webm",
        ) from None


def muxer_name(container: str) -> str:
    """Muxer for a container given as extension or muxer name. Raises OutputError."""
    name = container.lower().lstrip(".")
    name = _ALIASES.get(name, name)
    if name not in MUXERS.values():
        raise OutputError(
            f"cannot write {container} files", "choose .mp4, .m4v, .mov, .mkv or .webm as output"
        )
    return name


def default_output(info: SourceInfo) -> Path:
    """`<stem>.redacted<ext>` beside the source; .mp4 where its container cannot be written."""
    return info.path.with_name(default_output_name(info.path))


def default_output_name(source: Path) -> str:
    """Name of `default_output`, for a source that need not be there."""
    suffix = source.suffix if source.suffix.lower() in MUXERS else ".mp4"
    return f"{source.stem}.redacted{suffix}"


def muxer_options(container: str, info: SourceInfo) -> dict[str, str]:
    """Options of a muxer that keep times exact and write nothing about who made the file."""
    # bitexact: no name or version of the writer, no random numbers, no dates.
    options = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
    if container in ("mp4", "mov"):
        timescale = info.video.time_base.denominator
        # Edit lists, which hold the start of each track, are in units of the movie, which
        # would be a millisecond by default.
        movie = lcm(timescale, *(a.sample_rate for a in info.audio))
        options |= {
            "movflags": "+faststart",
            "use_editlist": "1",
            "video_track_timescale": str(timescale),
            "movie_timescale": str(movie if movie <= _MAX_TIMESCALE else timescale),
            "empty_hdlr_name": "1",
            "write_tmcd": "0",
        }
    return options


def exact(container: str, info: SourceInfo) -> bool:
    """Whether a container can hold every time of the source without rounding."""
    if container in ("mp4", "mov"):
        return info.video.time_base.denominator <= _MAX_TIMESCALE
    # Matroska and WebM count milliseconds (FFmpeg's muxer offers nothing finer).
    return 1000 % info.video.time_base.denominator == 0
