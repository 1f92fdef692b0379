"""What is in a file, and what of it will be kept."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from ..errors import InputError
from ..messages import Message, problem
from ..types import decimal
from . import allowlist
from .colour import colour_of, content_light_of, mastering_of, side_data
from .completeness import cut_off
from .formats import is_rgb, layout, working_notes
from .info import AudioInfo, Colour, Dropped, Orientation, SourceInfo, VideoInfo
from .orient import orientation_of
from .source import NO_TIMESTAMPS, only, opened

ASSUMED_RATE = Fraction(25)
"""Frames per second of a raw stream that states no rate: the default of FFmpeg's demuxers."""

_FIELD_ORDERS = {1: "progressive", 2: "tt", 3: "bb", 4: "tb", 5: "bt"}

LATE_START = 10
"""Seconds; a clock that starts later leaves a noticeable blank in players that honour it."""


def probe(path: Path) -> SourceInfo:
    """Read a file's headers and decode its first frame.

    Raises:
        InputError: where no video can be read; nothing else is raised for any file.
    """
    with opened(path) as container:
        stream = allowlist.choose_video(container)
        if stream is None:
            raise _no_video(path, container)
        audio = tuple(filter(None, map(allowlist.audio_info, container.streams.audio)))
        kept = {stream.index, *(a.index for a in audio)}
        dropped = list(allowlist.dropped(container, kept))
        only(container, {stream.index})
        frame, declared_rate = _first_frame(path, container, stream)
        warnings: list[Message] = []
        video = _video_info(container, stream, frame, declared_rate, warnings)
        dropped += _frame_extras(frame, stream.index)
        warnings += working_notes(video.pixel_format)
        missing, words = cut_off(path, container.format.name, stream)
        warnings += [words] if words else []
        info = _source_info(path, container, video, audio, dropped, warnings)
        return replace(info, missing=missing)


def _source_info(
    path: Path,
    container: InputContainer,
    video: VideoInfo,
    audio: tuple[AudioInfo, ...],
    dropped: list[Dropped],
    warnings: list[Message],
) -> SourceInfo:
    start = container.start_time
    if start is not None and start > LATE_START * av.time_base:
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
        return problem(InputError, "unknown_coding", path=f"{path}")
    if container.streams.audio:
        return problem(InputError, "only_sound", path=f"{path}")
    return problem(InputError, "no_stream", path=f"{path}")


def _first_frame(
    path: Path, container: InputContainer, stream: Any
) -> tuple[av.VideoFrame, Fraction | None]:
    """The first frame that decodes, and the frame rate that the bitstream itself declares.

    A decoder of our own, not the stream's, so that the rate is what the bitstream says and
    not what the demuxer assumed.
    """
    rate: Fraction | None = None
    raw = bool(container.format.flags & NO_TIMESTAMPS)
    own = av.CodecContext.create(stream.codec_context.codec.name, "r") if raw else None
    for context in (stream.codec_context, own):
        if context is not None:
            context.thread_count = 1  # more would begin with frames that nobody asks for
    for packet in container.demux(stream):
        for frame in _decoded(stream.codec_context, packet):
            if own is not None:
                rate = own.framerate or None
            return frame, rate
        if own is not None:
            list(_decoded(own, packet))
    raise problem(InputError, "no_frame", path=f"{path}")


def _decoded(context: Any, packet: Any) -> Iterator[av.VideoFrame]:
    try:
        yield from context.decode(packet if packet.size else None)
    except (av.FFmpegError, EOFError):
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
    rate = stream.average_rate or stream.guessed_rate
    time_base = stream.time_base
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
    pixel_format = frame.format.name
    return VideoInfo(
        index=stream.index,
        codec=context.codec.name,
        width=frame.width,
        height=frame.height,
        orientation=_orientation(extras, frame, warnings),
        pixel_format=pixel_format,
        bit_depth=layout(pixel_format).bits,
        time_base=time_base,
        rate=rate,
        sample_aspect=stream.sample_aspect_ratio or context.sample_aspect_ratio or Fraction(1),
        colour=_colour(frame, context),
        field_order=_field_order(frame, context),
        frames=stream.frames or None,
        timestamps=timestamps,
        mastering=mastering_of(extras.get("MASTERING_DISPLAY_METADATA")),
        content_light=content_light_of(extras.get("CONTENT_LIGHT_LEVEL")),
    )


def _colour(frame: av.VideoFrame, context: Any) -> Colour:
    if is_rgb(frame.format.name):
        return Colour("bt709", "iec61966-2-1", "bt709", "pc")
    colour = colour_of(frame, context)
    if frame.format.name.startswith("yuvj"):
        return Colour(colour.primaries, colour.transfer, colour.matrix, "pc")
    return colour


def _field_order(frame: av.VideoFrame, context: Any) -> str:
    order = _FIELD_ORDERS.get(context.field_order, "")
    if frame.interlaced_frame and order in ("", "progressive"):
        # Only the frames say that they are interlaced; top field first is what HD and PAL are.
        return "tt"
    return order


def _orientation(
    extras: dict[str, bytes], frame: av.VideoFrame, warnings: list[Message]
) -> Orientation:
    data = extras.get("DISPLAYMATRIX")
    if data is None or len(data) < 36:
        # Without the matrix itself PyAV still tells the angle, counter-clockwise.
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
    """What rides inside the frames themselves and is dropped, from the first frame."""
    found = dict.fromkeys(_EXTRAS[name] for name in side_data(frame) if name in _EXTRAS)
    found |= dict.fromkeys(
        ("tag", Message("tag", key=k, text=v)) for k, v in frame.metadata.items()
    )
    return [Dropped(kind, what, f"stream {index}") for kind, what in found]
