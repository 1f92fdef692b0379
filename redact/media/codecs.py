"""The codecs and containers in which redact can write, what each can hold, and the default name of
an output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ..errors import OutputError
from ..files import excerpt_name, redacted_name
from ..formats.containers import MUXERS, WRITABLE, Structure
from ..words import problem
from . import photographs
from .info import SourceInfo

_X26X = "ultrafast superfast veryfast faster fast medium slow slower veryslow"
X26X_PRESETS = tuple(_X26X.split())
X264_PRESET = "faster"
"""As good and as small as x264's default "medium", in six tenths of its time: video that has been
coded before gains nothing from a longer search (`lab/speed`)."""

_YUV = {
    8: frozenset(("yuv420p", "yuv422p", "yuv444p")),
    10: frozenset(("yuv420p10le", "yuv422p10le", "yuv444p10le")),
}
THREADS = 4
"""Fixed, because the output of x264 and x265 depends on the number of threads, and a run must give
the same bytes on every machine."""

LOOKAHEAD, LOOKAHEAD_LARGE = 16, 3
"""Frames of lookahead of x264 and x265 with slow presets, for pictures of up to `LARGE_PICTURE`
pixels and for larger ones. Their defaults of 40 and more take several hundred MB in full HD, for
slightly smaller files."""

LARGE_PICTURE = 2560 * 1440
"""Pixels: between full HD and 4K."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec and how redact uses it.

    Attributes:
        name: as users write it.
        encoder: FFmpeg's name of the encoder.
        containers: FFmpeg's names of the muxers that take it.
        formats: FFmpeg's names of the pixel formats that it can encode.
        crf: default quality, lower is better; None if the codec is lossless.
        worst: highest crf that it accepts.
        preset, presets: default and accepted speeds; names from fast to slow, or numbers upwards.
        odd: whether subsampled pictures may have odd sides.
        lossless: whether decoding restores every sample.
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
    # Every browser plays this; `for_web` converts the pictures before.
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
    """Presets that a value of `EncodeSettings.codec` accepts; for "auto", those of all codecs."""
    codecs = CODECS_BY_NAME.values() if codec == "auto" else (CODECS_BY_NAME[codec],)
    return tuple(dict.fromkeys(preset for c in codecs for preset in c.presets))


_MAX_TIMESCALE = 2**31 - 1


def container_for(path: Path) -> str:
    """FFmpeg's muxer for an output name, or the kind of photograph.

    Raises:
        OutputError: redact cannot write files with this extension.
    """
    ending = path.suffix.lower()
    try:
        return photographs.ENDINGS.get(ending) or MUXERS[ending]
    except KeyError:
        raise problem(OutputError, "unknown_ending", path=path) from None


def muxer_name(container: str) -> str:
    """FFmpeg's muxer for an extension or a muxer name. Raises OutputError if it is unknown."""
    name = container.lower().lstrip(".")
    name = MUXERS.get(f".{name}", name)
    if name not in WRITABLE:
        raise problem(OutputError, "unknown_container", container=container)
    return name


def named_after(info: SourceInfo) -> Path:
    """The path by which files beside a source are named: its own, with the span of an excerpt."""
    if info.part is None:
        return info.path
    return info.path.with_name(excerpt_name(info.path.stem, info.path.suffix, info.part.span))


def default_output(info: SourceInfo, codec: str = "auto") -> Path:
    """`<stem>.redacted<ext>` beside the source, with the span of an excerpt after the stem.

    `<name>.redacted.mp4` (.jpg for a photograph) if redact cannot write the source's kind, if
    `codec` is "web" and the container is not for browsers, or if the name belies the content: an
    animated PNG is a video.
    """
    source = named_after(info)
    return source.with_name(default_output_name(source, codec, info.photograph))


def default_output_name(
    source: Path,
    codec: str = "auto",
    photograph: bool | None = None,
    span: tuple[float, float | None] | None = None,
) -> str:
    """Name of `default_output`. If `photograph` does not say what the source is, it goes by the
    source's name alone; the file need not exist.

    Args:
        source, codec, photograph: see `default_output`.
        span: of an excerpt, in seconds after the first picture.
    """
    if span is not None:
        source = source.with_name(excerpt_name(source.stem, source.suffix, span))
    usual = _usual_output_name(source, codec)
    if photograph in (None, Path(usual).suffix.lower() in photographs.ENDINGS):
        return usual
    return _of_another_kind(source, ".jpg" if photograph else ".mp4")


def _usual_output_name(source: Path, codec: str) -> str:
    ending = source.suffix.lower()
    if ending in photographs.READ_ALONE:
        return _of_another_kind(source, ".jpg")
    muxer = MUXERS.get(ending)
    if ending not in photographs.ENDINGS and (muxer is None or (codec == WEB and muxer != "mp4")):
        return _of_another_kind(source, ".mp4")
    return redacted_name(source.stem, source.suffix)


def _of_another_kind(source: Path, ending: str) -> str:
    """With the source's own ending: beside a camera's AVI may lie somebody's copy of it in MP4."""
    return redacted_name(source.name, ending)


def muxer_options(container: str, info: SourceInfo) -> dict[str, str]:
    """Muxer options that keep times exact and write nothing about the program or the date."""
    # bitexact: no name or version of the writer, no random numbers, no dates.
    options = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
    if WRITABLE[container].structure is Structure.BOXES:
        timescale = info.video.time_base.denominator
        # Edit lists, which hold the start of each track, count in the movie's timescale, by
        # default milliseconds.
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
"""Time base of every release, in seconds: a source's own time base could reveal which camera or
program made it. It represents exactly the times of 24, 25, 30, 50 and 60 frames a second, of NTSC
rates, of milliseconds and of 90 kHz clocks; other times shift by less than a microsecond."""


def with_release_clock(info: SourceInfo, container: str) -> SourceInfo:
    """The source with times in `RELEASE_CLOCK`, if the container lets the writer choose one."""
    if WRITABLE[container].structure is not Structure.BOXES:
        return info  # Matroska and WebM always count milliseconds
    return replace(info, video=replace(info.video, time_base=RELEASE_CLOCK))


def stores_times_exactly(container: str, info: SourceInfo) -> bool:
    """Whether a container can store every time of the source without rounding."""
    if WRITABLE[container].structure is Structure.BOXES:
        return info.video.time_base.denominator <= _MAX_TIMESCALE
    # Matroska and WebM count milliseconds (FFmpeg's muxer offers nothing finer).
    return 1000 % info.video.time_base.denominator == 0


def widest_gap(container: str) -> float:
    """Upper limit, exclusive, for the time between two frames, in units of the video's time base.
    Over a wider gap, FFmpeg's MP4 and MOV muxer writes a wrong time or fails."""
    return _MAX_TIMESCALE if WRITABLE[container].structure is Structure.BOXES else math.inf
