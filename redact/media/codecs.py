"""The codecs and containers that an output can be written in, what each of them can hold, and the
name of an output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ..errors import OutputError
from ..formats.containers import MUXERS, WRITABLE, Structure
from ..words import problem
from . import photographs
from .info import SourceInfo

_X26X = "ultrafast superfast veryfast faster fast medium slow slower veryslow"
X26X_PRESETS = tuple(_X26X.split())
X264_PRESET = "faster"
"""As good and as small as with x264's own "medium", in six tenths of its time: what was coded once
already gains nothing from a longer search (`lab/speed`)."""

_YUV = {
    8: frozenset(("yuv420p", "yuv422p", "yuv444p")),
    10: frozenset(("yuv420p10le", "yuv422p10le", "yuv444p10le")),
}
THREADS = 4
"""Fixed, because the number of threads changes what x264 and x265 decide: a run must give the
same bytes on every machine."""

LOOKAHEAD, LOOKAHEAD_LARGE = 16, 3
"""Frames that x264 and x265 look ahead with slow presets, in pictures of up to `LARGE_PICTURE`
pixels and
in larger ones: their own 40 and more hold several hundred MB of full HD, for a little less size."""

LARGE_PICTURE = 2560 * 1440
"""Between full HD and 4K."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One way of coding pictures.

    Attributes:
        name: as users write it.
        encoder: FFmpeg's name.
        containers: muxers that take it.
        formats: pixel formats that it writes.
        crf: default quality, None where the codec is lossless; lower is better.
        worst: highest crf.
        preset, presets: default and allowed speeds, slowest last or highest last.
        odd: it can code odd sides of subsampled pictures.
        lossless: what goes in comes out.
    """

    name: str
    encoder: str
    containers: frozenset[str]
    formats: frozenset[str]
    crf: int | None
    worst: int
    preset: str
    presets: tuple[str, ...]
    odd: bool = False
    lossless: bool = False


WEB = "web"

_ANY_BUT_WEBM = frozenset(("mp4", "mov", "matroska"))
_ANY_BUT_MOV = frozenset(("mp4", "webm", "matroska"))
_420 = frozenset(("yuv420p", "yuv420p10le"))
_H264 = Codec(
    "h264", "libx264", _ANY_BUT_WEBM, _YUV[8] | _YUV[10], 18, 51, X264_PRESET, X26X_PRESETS
)
_NUMBERS = tuple(map(str, range(11)))
_ALL = (
    _H264,
    # What every browser plays; the pictures are made for it before (`for_web`).
    replace(_H264, name=WEB, containers=frozenset(("mp4",)), formats=frozenset(("yuv420p",))),
    replace(_H264, name="hevc", encoder="libx265", crf=20, preset="medium"),
    Codec("vp9", "libvpx-vp9", _ANY_BUT_MOV, _YUV[8], 24, 63, "4", _NUMBERS[:9], odd=True),
    Codec("av1", "libsvtav1", _ANY_BUT_MOV, _420, 24, 63, "8", _NUMBERS, odd=True),
    Codec(
        "ffv1",
        "ffv1",
        frozenset(("matroska",)),
        _YUV[8] | _YUV[10] | {"gray", "gray10le"},
        crf=None,
        worst=0,
        preset="",
        presets=(),
        odd=True,
        lossless=True,
    ),
)
CODECS_BY_NAME = {codec.name: codec for codec in _ALL}
CODECS = ("auto", *CODECS_BY_NAME)
"""Values of `EncodeSettings.codec`."""


def presets_of(codec: str) -> tuple[str, ...]:
    """Speeds that go with a value of `EncodeSettings.codec`; of "auto", those of any codec."""
    codecs = CODECS_BY_NAME.values() if codec == "auto" else (CODECS_BY_NAME[codec],)
    return tuple(dict.fromkeys(preset for c in codecs for preset in c.presets))


_MAX_TIMESCALE = 2**31 - 1


def container_for(path: Path) -> str:
    """FFmpeg's muxer for an output name, or the kind of a photograph.

    Raises:
        OutputError: if the extension is of no container that can be written.
    """
    ending = path.suffix.lower()
    try:
        return photographs.ENDINGS.get(ending) or MUXERS[ending]
    except KeyError:
        raise problem(OutputError, "unknown_ending", path=path) from None


def muxer_name(container: str) -> str:
    """Muxer for a container given as extension or muxer name. Raises OutputError."""
    name = container.lower().lstrip(".")
    name = MUXERS.get(f".{name}", name)
    if name not in WRITABLE:
        raise problem(OutputError, "unknown_container", container=container)
    return name


def default_output(info: SourceInfo, codec: str = "auto") -> Path:
    """`<stem>.redacted<ext>` beside the source; .mp4 where its container cannot be written, or is
    none for browsers and `codec` is "web"; of a photograph that cannot be written, .jpg. A file may
    be named as what it is not: an animated PNG is a video."""
    usual = info.path.with_name(default_output_name(info.path, codec))
    if info.photograph == (usual.suffix.lower() in photographs.ENDINGS):
        return usual
    return usual.with_suffix(".jpg" if info.photograph else ".mp4")


def default_output_name(source: Path, codec: str = "auto") -> str:
    """Name of `default_output`, for a source that need not be there."""
    ending = source.suffix.lower()
    if ending in photographs.ENDINGS:
        return f"{source.stem}.redacted{source.suffix}"
    if ending in photographs.READ_ALONE:
        return f"{source.stem}.redacted.jpg"
    muxer = MUXERS.get(ending)
    suffix = ".mp4" if muxer is None or (codec == WEB and muxer != "mp4") else source.suffix
    return f"{source.stem}.redacted{suffix}"


def muxer_options(container: str, info: SourceInfo) -> dict[str, str]:
    """Options of a muxer that keep times exact and write nothing about who made the file."""
    # bitexact: no name or version of the writer, no random numbers, no dates.
    options = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
    if WRITABLE[container].structure is Structure.BOXES:
        timescale = info.video.time_base.denominator
        # Edit lists, which hold the start of each track, are in units of the movie, which
        # would be a millisecond by default.
        movie = math.lcm(timescale, *(a.sample_rate for a in info.audio))
        options |= {
            "movflags": "+faststart",
            "use_editlist": "1",
            "video_track_timescale": str(timescale),
            "movie_timescale": str(movie if movie <= _MAX_TIMESCALE else timescale),
            "empty_hdlr_name": "1",
            "write_tmcd": "0",
        }
    return options


RELEASE_CLOCK = Fraction(1, 720_000)
"""Seconds of a tick of every release: how a camera or program counts time tells which one it was.
It holds every time of films of 24, 25, 30, 50 and 60 pictures a second, of NTSC's, and of clocks of
milliseconds and of 90 kHz; another time is moved by less than a microsecond."""


def with_release_clock(info: SourceInfo, container: str) -> SourceInfo:
    """A source whose times count in `RELEASE_CLOCK`, where a container has ticks of its own."""
    if WRITABLE[container].structure is not Structure.BOXES:
        return info  # these count milliseconds, whatever the source does
    return replace(info, video=replace(info.video, time_base=RELEASE_CLOCK))


def exact(container: str, info: SourceInfo) -> bool:
    """Whether a container can hold every time of the source without rounding."""
    if WRITABLE[container].structure is Structure.BOXES:
        return info.video.time_base.denominator <= _MAX_TIMESCALE
    # Matroska and WebM count milliseconds (FFmpeg's muxer offers nothing finer).
    return 1000 % info.video.time_base.denominator == 0


def widest_gap(container: str) -> float:
    """Ticks of the picture's clock from one frame to the next must be fewer than this. Over a
    wider gap, FFmpeg's muxer of MP4 and MOV puts the frame at another time, or fails."""
    return _MAX_TIMESCALE if WRITABLE[container].structure is Structure.BOXES else math.inf
