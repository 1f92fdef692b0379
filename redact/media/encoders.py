"""Chooses the encoder, its pixel format and its options, and keeps it from raising its priority."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2

from ..errors import OutputError
from ..formats.containers import WRITABLE, Structure
from ..settings import EncodeSettings
from ..words import Message, problem
from .codecs import (
    CODECS,
    CODECS_BY_NAME,
    LARGE_PICTURE,
    LOOKAHEAD,
    LOOKAHEAD_LARGE,
    WEB,
    X26X_PRESETS,
    Codec,
)
from .info import SourceInfo, VideoInfo
from .pixel_formats import layout

AVX512 = 256
"""OpenCV's number for the instructions of Skylake's AVX-512, which it does not name in Python."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to encode the pictures of one output.

    Attributes:
        codec: see `Codec`.
        pixel_format: of the pictures given to the encoder.
        options: of the encoder.
        interlaced: code fields as fields.
        tag: four-character code in MP4 and MOV; "" for the muxer's own choice.
        notes: for the user.
    """

    codec: Codec
    pixel_format: str
    options: dict[str, str]
    interlaced: bool = False
    tag: str = ""
    notes: tuple[Message, ...] = field(default=())


def choose_encoding(info: SourceInfo, settings: EncodeSettings, container: str) -> Encoding:
    """Choose the encoding for a source in a container.

    Args:
        info: of the source.
        settings: of the user.
        container: FFmpeg's muxer name.

    Raises:
        OutputError: codec, quality, preset, container and source do not fit together.
    """
    video = info.video
    codec = _codec(video, settings.codec, container)
    boxes = WRITABLE[container].structure is Structure.BOXES
    if codec.name == WEB and container not in codec.containers:
        raise problem(OutputError, "for_web_container")
    if container not in codec.containers:
        fits = ", ".join(sorted(WRITABLE[c].label for c in codec.containers))
        raise problem(
            OutputError,
            "codec_and_container",
            container=WRITABLE[container].label,
            codec=codec.name,
            fits=fits,
        )
    notes: list[Message] = []
    pixel_format = _pixel_format(video, codec, notes)
    interlaced = codec.name == "h264" and _fields_fit(video, pixel_format)
    if video.interlaced and not interlaced and not codec.lossless:
        notes.append(Message("interlaced_as_lines"))
    everywhere = codec.lossless or (codec.name == "h264" and pixel_format == "yuv420p")
    if video.stored is not None:
        notes += _changed_for_web(video)
    if settings.codec == "auto" and boxes and not everywhere:
        notes.append(Message("not_played_everywhere", codec=codec.name, format=pixel_format))
    options = _options(codec, settings, video)
    if interlaced:
        # Without this, x264 writes "top field first" whatever the frames say.
        first = "tff=1" if video.field_order[1] == "t" else "bff=1"
        options["x264-params"] = ":".join(filter(None, (options.get("x264-params"), first)))
    return Encoding(
        codec=codec,
        pixel_format=pixel_format,
        options=options,
        interlaced=interlaced,
        tag="hvc1" if codec.name == "hevc" and boxes else "",
        notes=tuple(notes),
    )


def _changed_for_web(video: VideoInfo) -> Iterator[Message]:
    """Yield notes on what is changed because not every browser can show it."""
    assert video.stored is not None
    if video.stored.hdr:
        yield Message("web_tone_mapped")
    if video.upright_format != video.frame_format:
        yield Message("web_format", format=video.upright_format)
    width, height = video.orientation.upright_size(video.width, video.height)
    if video.upright_size != (width, height):
        yield Message("web_even", width=width, height=height)


def _codec(video: VideoInfo, wanted: str, container: str) -> Codec:
    if wanted != "auto":
        try:
            return CODECS_BY_NAME[wanted]
        except KeyError:
            raise problem(
                OutputError, "unknown_codec", wanted=wanted, codecs=", ".join(CODECS)
            ) from None
    deep = layout(video.frame_format).bits > 8 or video.colour.hdr
    if container not in CODECS_BY_NAME["h264"].containers:
        # This build of libvpx writes 8 bits only.
        return CODECS_BY_NAME["av1" if deep else "vp9"]
    # x265 as FFmpeg drives it cannot code fields; x264 codes 10-bit fields.
    return CODECS_BY_NAME["hevc" if deep and not video.interlaced else "h264"]


def _fields_fit(video: VideoInfo, pixel_format: str) -> bool:
    """Whether x264 can code fields as fields: each must have whole rows of chroma."""
    rows = 2 << layout(pixel_format).down
    return video.interlaced and video.orientation.identity and video.height % rows == 0


def _pixel_format(video: VideoInfo, codec: Codec, notes: list[Message]) -> str:
    """The frames' own pixel format, or the next one that keeps all samples.

    Raises:
        OutputError: the codec has none.
    """
    source = video.frame_format
    bits, right, down, grey = layout(source)
    tail = "" if bits == 8 else "10le"
    wanted = source
    if grey and source not in codec.formats:
        # Hardly any player takes monochrome H.264 and HEVC, so neutral chroma is added.
        wanted, right, down = "yuv420p" + tail, 1, 1
    width, height = video.upright_size
    if not codec.odd and ((right and width % 2) or (down and height % 2)):
        # Pixels that share chroma come in pairs; with full chroma resolution there are no pairs,
        # and nothing needs to be cropped or scaled.
        wanted = "yuv444p" + tail
        notes.append(Message("odd_size", width=width, height=height))
    if video.colour.hdr and bits == 8 and f"{wanted}10le" in codec.formats:
        wanted += "10le"  # players' HDR profiles need at least 10 bits
    if wanted not in codec.formats:
        raise problem(OutputError, "codec_loses", codec=codec.name, source=source)
    return wanted


def _options(codec: Codec, settings: EncodeSettings, video: VideoInfo) -> dict[str, str]:
    crf = codec.crf if settings.crf is None else settings.crf
    preset = codec.preset if settings.preset is None else settings.preset
    if codec.lossless:
        if settings.crf is not None or settings.preset is not None:
            raise problem(OutputError, "lossless_codec", codec=codec.name)
        return {"level": "3", "g": "1", "slicecrc": "1"}
    if crf is None or not 0 <= crf <= codec.worst:
        raise problem(OutputError, "quality_range", crf=crf, codec=codec.name, worst=codec.worst)
    if preset not in codec.presets:
        raise problem(
            OutputError,
            "unknown_preset",
            preset=preset,
            codec=codec.name,
            presets=", ".join(codec.presets),
        )
    return _BUILDERS[codec.name](crf, preset, video)


def _x264(crf: int, preset: str, video: VideoInfo) -> dict[str, str]:
    # a53cc would copy the source's closed captions into the output.
    options = {"crf": str(crf), "preset": preset, "a53cc": "0", "udu_sei": "0"}
    if X26X_PRESETS.index(preset) > X26X_PRESETS.index("veryfast"):
        options["rc-lookahead"] = str(_lookahead(video))
    # Threads share one frame; otherwise each would hold a frame of its own in memory.
    params = ["sliced-threads=1"]
    if cv2.checkHardwareSupport(AVX512):
        # With AVX-512, x264 reads memory that nobody wrote: runs over one file differed.
        params.append("asm=AVX2")
    return options | {"x264-params": ":".join(params)}


def _lookahead(video: VideoInfo) -> int:
    return LOOKAHEAD if video.width * video.height <= LARGE_PICTURE else LOOKAHEAD_LARGE


def _x265(crf: int, preset: str, video: VideoInfo) -> dict[str, str]:
    # info=0 leaves out the encoder's name. Fixed frame-threads and pools give the same bytes
    # everywhere.
    params = ["info=0", "log-level=error", "frame-threads=2", "pools=4", "repeat-headers=0"]
    if X26X_PRESETS.index(preset) > X26X_PRESETS.index("fast"):
        ahead = _lookahead(video)
        params.append(f"rc-lookahead={ahead}")
        if ahead == LOOKAHEAD_LARGE:  # x265 refuses runs of B frames that are no shorter
            params.append(f"bframes={ahead - 1}")
    if video.colour.transfer == "smpte2084":
        params += ["hdr10=1", "hdr10-opt=1"]
    return {
        "crf": str(crf),
        "preset": preset,
        "a53cc": "0",
        "udu_sei": "0",
        "dolbyvision": "0",
        "x265-params": ":".join(params),
    }


def _svt(crf: int, preset: str, video: VideoInfo) -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "1")  # otherwise it prints its settings to the terminal
    return {
        "crf": str(crf),
        "preset": preset,
        "dolbyvision": "0",
        "svtav1-params": "lp=2",
    }


def _vpx(crf: int, preset: str, video: VideoInfo) -> dict[str, str]:
    return {"crf": str(crf), "b": "0", "cpu-used": preset, "row-mt": "1", "tile-columns": "2"}


_BUILDERS = {"h264": _x264, WEB: _x264, "hevc": _x265, "av1": _svt, "vp9": _vpx}


def describe_encoders() -> dict[str, str | Message]:
    """Codec → name of its FFmpeg encoder, or a message that this build lacks it."""
    return {
        codec.name: codec.encoder
        if codec.encoder in av.codec.codecs_available
        else Message("encoder_missing", encoder=codec.encoder)
        for codec in CODECS_BY_NAME.values()
    }


def nominal_rate(video: VideoInfo) -> Fraction:
    """Frames per second for the encoder's rate control; times come from the frames."""
    return video.rate if video.rate and video.rate > 0 else Fraction(25)


@contextmanager
def priority_kept() -> Iterator[None]:
    """Context that takes real-time priority away again from this thread and from new ones.

    If root runs SVT-AV1, it gives its threads and the one that opens it the highest real-time
    priority. Every process started later inherits that, and a small machine stands still.
    """
    if sys.platform != "linux":
        yield
        return
    before = _priorities()
    try:
        yield
    finally:
        for thread, now in _priorities().items():
            kept = before.get(thread, os.SCHED_OTHER)
            if now != kept and kept == os.SCHED_OTHER:
                with suppress(OSError):  # the thread has ended meanwhile
                    os.sched_setscheduler(thread, kept, os.sched_param(0))


def _priorities() -> dict[int, int]:
    """Thread id → scheduling policy, for every thread of this process."""
    found = {}
    for path in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # threads of decoders may end at any moment
            found[int(path.name)] = os.sched_getscheduler(int(path.name))
    return found
