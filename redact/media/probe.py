"""Reads what a file contains, and decides which parts of it may reach an output.

Kept are one video stream (pixels, times, sample aspect, colour description, field order) and the
audio streams (packets, or the sound if the container does not take them; language).
Everything else is dropped and listed for the user.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition, Stream

from ..errors import InputError
from ..formats import sound_headers, tags
from ..types import decimal
from ..words import Message, problem
from .colour import colour_of, side_data
from .completeness import cut_off, cut_off_by_edits, repeats_in, stated_end
from .frame_planes import orientation_of
from .info import (
    FIELD_ORDERS,
    WIDEST_PIXEL,
    AudioInfo,
    Colour,
    Dropped,
    Orientation,
    SourceInfo,
    VideoInfo,
)
from .photographs import is_photograph, photograph_info
from .pixel_formats import is_rgb, working_notes
from .pyav import UNDECODABLE, fraction, tags_of
from .source import (
    NO_TIMESTAMPS,
    opened,
    packets_of,
    refuse_addresses,
    select_streams,
)

ASSUMED_RATE = Fraction(25)
"""Frames per second assumed for a raw stream that declares no rate: FFmpeg's default."""

LATE_START_SECONDS = 10
"""Seconds: with a later first time, players that honour it show a noticeable blank."""


def probe(path: Path) -> SourceInfo:
    """Read a file's headers and decode its first frame; for a photograph, only read its headers.

    Raises:
        InputError: the file contains no readable video or photograph. No file raises anything else.
    """
    refuse_addresses(path)
    if is_photograph(path):
        return photograph_info(path)
    with opened(path) as container:
        stream = choose_video(container)
        if stream is None:
            raise _no_video(path, container)
        audio = tuple(
            filter(None, (audio_info(path, container, s) for s in container.streams.audio))
        )
        kept = {stream.index, *(a.index for a in audio)}
        dropped = list(left_out(container, kept))
        select_streams(container, {stream.index})
        frame, declared_rate = _first_frame(path, container, stream)
        warnings: list[Message] = []
        video = _video_info(container, stream, frame, declared_rate, warnings)
        if repeats := repeats_in(path, container, stream):
            video = replace(video, frames=stream.frames - repeats)
        video = replace(video, cut=cut_off_by_edits(path, container.format.name, stream))
        dropped += _frame_extras(frame, stream.index)
        warnings += working_notes(video.pixel_format)
        lacks = cut_off(path, container)
        warnings += lacks.words
        info = _source_info(path, container, video, audio, dropped, warnings)
        return replace(info, missing=lacks.missing, torn=lacks.torn)


def _source_info(
    path: Path,
    container: InputContainer,
    video: VideoInfo,
    audio: tuple[AudioInfo, ...],
    dropped: list[Dropped],
    warnings: list[Message],
) -> SourceInfo:
    start = container.start_time
    if start is not None and start > LATE_START_SECONDS * av.time_base:
        warnings.append(Message("late_clock", seconds=start / av.time_base))
    return SourceInfo(
        path=path,
        container=container.format.name,
        size=path.stat().st_size,
        duration=None if container.duration is None else Fraction(container.duration, av.time_base),
        video=video,
        audio=audio,
        dropped=tuple(dropped),
        warnings=tuple(warnings),
    )


def _no_video(path: Path, container: InputContainer) -> InputError:
    videos = container.streams.video
    if any(s.codec_context is None for s in videos):
        return problem(InputError, "unknown_coding", path=path)
    if container.streams.audio:
        return problem(InputError, "only_sound", path=path)
    return problem(InputError, "no_stream", path=path)


def _first_frame(
    path: Path, container: InputContainer, stream: Any
) -> tuple[av.VideoFrame, Fraction | None]:
    """The first frame that can be decoded, and for a raw stream the frame rate that its bitstream
    declares.

    A second decoder finds out that rate, because the demuxer sets an assumed one in the stream's
    own decoder.
    """
    rate: Fraction | None = None
    raw = bool(container.format.flags & NO_TIMESTAMPS)
    own = av.CodecContext.create(stream.codec_context.codec.name, "r") if raw else None
    for context in (stream.codec_context, own):
        if context is not None:
            context.thread_count = 1  # more threads would also decode frames nobody needs
    with contextlib.suppress(av.FFmpegError):  # the rest of the file is unreadable
        for packet in packets_of(container, stream):
            for frame in _decoded(stream.codec_context, packet):
                if own is not None:
                    rate = fraction(own.framerate)
                return frame, rate
            if own is not None:
                list(_decoded(own, packet))
    raise problem(InputError, "no_frame", path=path)


def _decoded(context: Any, packet: Any) -> Iterator[av.VideoFrame]:
    try:
        yield from context.decode(packet if packet.size else None)
    except UNDECODABLE:
        return


def _video_info(
    container: InputContainer,
    stream: Any,
    frame: av.VideoFrame,
    declared_rate: Fraction | None,
    warnings: list[Message],
) -> VideoInfo:
    context = stream.codec_context
    timestamps = not container.format.flags & NO_TIMESTAMPS
    rate = fraction(stream.average_rate) or fraction(stream.guessed_rate)
    time_base = Fraction(stream.time_base)
    if not timestamps:
        rate = declared_rate or rate or ASSUMED_RATE
        time_base = 1 / rate
        shown = decimal(rate)
        warnings.append(
            Message("no_timestamps_declared", rate=shown)
            if declared_rate
            else Message("no_timestamps_assumed", rate=shown)
        )
    extras = side_data(frame)
    declared, coded = _shapes(stream, context)
    if max(declared, 1 / declared) > WIDEST_PIXEL or coded not in (None, declared):
        warnings.append(Message("odd_pixels", declared=str(declared), coded=str(coded or "-")))
    return VideoInfo(
        index=stream.index,
        codec=context.codec.name,
        width=frame.width,
        height=frame.height,
        orientation=_orientation(extras, frame, warnings),
        pixel_format=frame.format.name,
        time_base=time_base,
        rate=rate,
        sample_aspect=declared,
        colour=_colour(frame, context),
        field_order=_field_order(frame, context),
        frames=stream.frames or None,
        timestamps=timestamps,
        coded_aspect=coded,
    )


def _shapes(stream: Any, context: Any) -> tuple[Fraction, Fraction | None]:
    """Width of a pixel divided by its height, as players take it, and as the coded pictures state
    it."""
    coded = fraction(context.sample_aspect_ratio)
    return fraction(stream.sample_aspect_ratio) or coded or Fraction(1), coded


def _colour(frame: av.VideoFrame, context: Any) -> Colour:
    if is_rgb(frame.format.name):
        return Colour("bt709", "iec61966-2-1", "bt709", "pc")
    colour = colour_of(frame, context)
    if frame.format.name.startswith("yuvj"):
        return Colour(colour.primaries, colour.transfer, colour.matrix, "pc")
    return colour


def _field_order(frame: av.VideoFrame, context: Any) -> str:
    order = next((name for name, n in FIELD_ORDERS.items() if n == context.field_order), "")
    if frame.interlaced_frame and order in ("", "progressive"):
        # Only the frames say that they are interlaced. HD and PAL have the top field first.
        return "tt"
    return order


def _orientation(
    extras: dict[str, bytes], frame: av.VideoFrame, warnings: list[Message]
) -> Orientation:
    data = extras.get("DISPLAYMATRIX")
    if data is None or len(data) < 36:
        # Without the matrix, PyAV still gives the angle, counter-clockwise.
        return Orientation(False, round(-frame.rotation / 90) % 4)
    orientation, exact = orientation_of(struct.unpack("=9i", data[:36]))
    if not exact:
        warnings.append(Message("odd_display_matrix"))
    return replace(orientation, exact=exact)


_EXTRAS = {
    "A53_CC": ("subtitle", Message("closed_captions")),
    "SEI_UNREGISTERED": ("data", Message("user_data")),
    "S12M_TIMECODE": ("data", Message("time_code")),
    "GOP_TIMECODE": ("data", Message("time_code")),
    "MASTERING_DISPLAY_METADATA": ("data", Message("hdr10")),
    "CONTENT_LIGHT_LEVEL": ("data", Message("hdr10")),
    "DYNAMIC_HDR_PLUS": ("data", Message("hdr10plus")),
    "DYNAMIC_HDR_VIVID": ("data", Message("hdr_vivid")),
    "DOVI_RPU_BUFFER": ("data", Message("dolby_vision")),
    "DOVI_METADATA": ("data", Message("dolby_vision")),
    "ICC_PROFILE": ("data", Message("icc_profile")),
    "SPHERICAL": ("data", Message("spherical")),
    "STEREO3D": ("data", Message("stereo3d")),
    "DETECTION_BBOXES": ("data", Message("detections")),
}


def _frame_extras(frame: av.VideoFrame, index: int) -> list[Dropped]:
    """Data inside the frames that is dropped, as found in the first frame."""
    where = f"stream {index}"
    extras = dict.fromkeys(_EXTRAS[name] for name in side_data(frame) if name in _EXTRAS)
    found = [Dropped(kind, what, where) for kind, what in extras]
    return found + [Dropped.tag(k, v, where) for k, v in tags_of(frame.metadata).items()]


STILL_DISPOSITIONS = (
    Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
)


def choose_video(container: InputContainer) -> Stream | None:
    """The video stream to keep: of those that are decodable and no still pictures, the one marked
    as default, then the largest; None if there is none."""

    def rank(stream: Any) -> tuple[bool, int, int]:
        context = stream.codec_context
        default = bool(stream.disposition & Disposition.default)
        return default, context.width * context.height, -stream.index

    moving = [
        s
        for s in container.streams.video
        if s.codec_context is not None and not s.disposition & STILL_DISPOSITIONS
    ]
    return max(moving, key=rank, default=None)


def audio_info(path: Path, container: InputContainer, stream: Any) -> AudioInfo | None:
    """Description of an audio stream; None if it cannot be read."""
    context, base = stream.codec_context, fraction(stream.time_base)
    if context is None or not context.sample_rate or not context.layout.nb_channels:
        return None
    begins = ends = None
    if base is not None and stream.start_time is not None:
        begins = stream.start_time * base
        ends = None if stream.duration is None else begins + stream.duration * base
    return AudioInfo(
        index=stream.index,
        codec=context.codec.canonical_name,
        channels=context.layout.nb_channels,
        sample_rate=context.sample_rate,
        language=language_of(stream),
        begins=begins,
        ends=ends,
        stated=stated_end(path, container, stream),
    )


def language_of(stream: Stream) -> str:
    """Language code of a stream; "" if it is unset, undetermined, or no code: some containers allow
    any text there, such as a name."""
    for key, value in tags_of(stream.metadata).items():
        if key.lower() == "language" and value.lower() != "und":
            return value if re.fullmatch(tags.LANGUAGE, value) else ""
    return ""


def left_out(container: InputContainer, kept: set[int]) -> Iterator[Dropped]:
    """Yield everything in a container except the streams with an index in `kept`, in order of
    appearance."""
    yield from _tags(tags_of(container.metadata), "container", language=False)
    chapters = container.chapters()
    if chapters:
        yield Dropped("chapter", Message("chapter_marks", count=len(chapters)), "container")
    for stream in container.streams:
        where = f"stream {stream.index}"
        if stream.index not in kept:
            yield Dropped(*_describe(stream), where)
        sound = stream.index in kept and stream.type == "audio"
        keeps_language = sound and language_of(stream) != ""
        yield from _tags(tags_of(stream.metadata), where, language=keeps_language)
        if stream.type == "audio" and stream.codec_context is not None:
            said = sound_headers.comments(stream.codec_context.extradata or b"")
            texts = {name: value.decode("utf-8", "replace") for name, value in said}
            known = {key.lower() for key in tags_of(stream.metadata)}
            fresh = {name: text for name, text in texts.items() if name.lower() not in known}
            yield from _tags(fresh, where, language=False)


def _describe(stream: Any) -> tuple[str, Message]:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else ""
    if stream.type == "video":
        size = f" {context.width}x{context.height}" if context is not None else ""
        kind = "cover art" if stream.disposition & STILL_DISPOSITIONS else "video"
        return kind, _named(codec + size)
    if stream.type == "attachment":
        return "attachment", _named(stream.name or codec)
    if stream.type == "data":
        handler = tags_of(stream.metadata).get("handler_name", "")
        return "data", _named(" ".join(filter(None, (stream.name, handler))))
    if stream.type == "audio":
        return "audio", Message("cannot_be_decoded", codec=codec)
    return stream.type, _named(codec)


def _named(name: str) -> Message:
    return Message("named", name=name) if name else Message("unknown_format")


def _tags(metadata: dict[str, str], where: str, language: bool) -> Iterator[Dropped]:
    for key, value in metadata.items():
        low = key.lower()
        if tags.is_structural(low) and not (low == "handler_name" and value.strip()):
            continue
        if low == "language" and (language or value.lower() == "und"):
            continue
        yield Dropped.tag(key, value, where)
