"""Writes frames, with the sound of the source, into a new video file."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
from av.codec.context import Flags
from av.container.core import Flags as ContainerFlags

from ..errors import OutputError, UnsafeError
from ..files import unwritable, wanted_name
from ..formats.containers import FOR_BROWSERS, WRITABLE
from ..settings import EncodeSettings
from ..types import Frame, Muted, clock
from ..words import Message, problem, reason_of
from .audio import AudioFeed
from .codecs import (
    THREADS,
    WEB,
    container_for,
    muxer_name,
    muxer_options,
    stores_times_exactly,
    widest_gap,
    with_release_clock,
)
from .colour import numbers
from .encoders import choose_encoding, nominal_rate, priority_kept
from .frame_planes import Fields, fitted
from .info import FIELD_ORDERS, AudioInfo, SourceInfo


class VideoWriter:
    """Context manager that writes one video file.

    Every frame given to `write` becomes exactly one coded picture with exactly its time; `close`
    checks that. If an exception leaves the context, the file is closed unfinished.

    Args:
        path: overwritten without asking, so pass the temporary name of an `OutputFile`.
        info: of the source; its audio is read from its file.
        settings: see `EncodeSettings`.
        container: "mp4", "mov", "mkv" or "webm", or FFmpeg's muxer name; "" goes by the
            extension of `path`.
        release: nothing may reveal who made the file. All sound is encoded again, so that no data
            hidden in its packets gets through, and MP4 and MOV use `RELEASE_CLOCK` as time base
            instead of the source's.
        muted: spans of the sound to mute.

    Attributes:
        notes: for the user, about the output.

    Raises:
        OutputError: codec, container and source do not fit, or the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        info: SourceInfo,
        settings: EncodeSettings,
        container: str = "",
        release: bool = False,
        muted: Sequence[Muted] = (),
    ) -> None:
        muxer = muxer_name(container) if container else container_for(path)
        if release:
            info = with_release_clock(info, muxer)
        self._path, self._name = path, wanted_name(path)
        self._info = info
        self._encoding = choose_encoding(info, settings, muxer)
        self.notes: list[Message] = list(self._encoding.notes)
        order = info.video.field_order
        self._fields = Fields(order) if self._encoding.interlaced else None
        self._rounded = False
        self._rounding = not stores_times_exactly(muxer, info)
        self._widest_gap = widest_gap(muxer)
        self._pending: dict[int, int] = {}
        self._written = 0
        self._last: int | None = None
        self._audio: AudioFeed | None = None
        self._closed = False
        try:
            self._output = av.open(
                f"file:{path}", "w", format=muxer, container_options=muxer_options(muxer, info)
            )
            flags: Any = ContainerFlags.bitexact
            self._output.flags |= flags.value
            self._stream: Any = self._add_video()
            if settings.audio.kept and info.audio:
                goal = FOR_BROWSERS if self._encoding.codec.name == WEB else WRITABLE[muxer]
                self._audio = AudioFeed(info, self._output, goal, not release, muted)
                self.notes += self._audio.notes
        except (av.FFmpegError, ValueError, OSError) as error:
            raise self._failed(error) from error

    def _add_video(self) -> Any:
        video, encoding = self._info.video, self._encoding
        stream: Any = self._output.add_stream(
            encoding.codec.encoder, rate=nominal_rate(video), options=encoding.options
        )
        stream.time_base = video.time_base
        context = stream.codec_context
        context.width, context.height = video.upright_size
        context.pix_fmt = encoding.pixel_format
        context.time_base = video.time_base
        context.sample_aspect_ratio = video.upright_sample_aspect
        primaries, transfer, matrix, full = numbers(video.colour)
        context.color_primaries = primaries
        context.color_trc = transfer
        context.colorspace = matrix
        context.color_range = full
        context.thread_count = THREADS
        context.thread_type = "AUTO"
        context.flags |= Flags.bitexact.value
        if encoding.tag:
            context.codec_tag = encoding.tag
        if encoding.interlaced:
            context.flags |= Flags.interlaced_dct.value | Flags.interlaced_me.value
        if video.field_order and video.orientation.identity:
            context.field_order = FIELD_ORDERS[video.field_order]
        with priority_kept():
            context.open()  # now, so that options it refuses fail before the work
        return stream

    @property
    def encoder(self) -> str:
        """FFmpeg's names of encoder, pixel format and options, for the record."""
        encoding = self._encoding
        options = " ".join(f"{k}={v}" for k, v in encoding.options.items())
        return f"{encoding.codec.encoder} {encoding.pixel_format} {options}".strip()

    @property
    def sounded(self) -> tuple[Fraction, Fraction] | None:
        """See `AudioFeed.sounded`; None if the output has no sound."""
        return None if self._audio is None else self._audio.sounded

    @property
    def sound_read(self) -> tuple[AudioInfo, ...]:
        """The sound of the source, with what has been read of it."""
        read = {} if self._audio is None else self._audio.read
        return tuple(replace(audio, read=read.get(audio.index)) for audio in self._info.audio)

    def write(self, frame: Frame) -> None:
        """Encode one frame. Frames must come in ascending order of PTS.

        Raises:
            UnsafeError: the frame is out of order, or its size is not that of the source.
            OutputError: the file cannot be written, or the container cannot store the time.
        """
        frame, lasts = self._on_clock(frame)
        if self._last is not None and frame.pts <= self._last:
            raise problem(UnsafeError, "writer_time", name=self._name, index=frame.index)
        if frame.pts < 0:
            raise problem(OutputError, "clock_before_zero", path=self._info.path)
        if frame.size != self._info.video.upright_size:
            raise problem(UnsafeError, "writer_size", name=self._name, index=frame.index)
        if self._rounding:
            self._round(frame.time)
        self._check_gap(frame)
        self._last = frame.pts
        picture = fitted(frame.picture, self._encoding.pixel_format)
        picture.pts = frame.pts
        picture.time_base = frame.time_base
        if self._fields is not None:
            picture = self._fields.mark(picture)
        picture.pict_type = 0  # otherwise the encoder must use the source's frame types
        self._pending[frame.pts] = lasts
        self._written += 1
        try:
            self._mux(self._stream.encode(picture))
        except (av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def _on_clock(self, frame: Frame) -> tuple[Frame, int]:
        """The frame in the output's time base, and its duration in units of that."""
        base, lasts = self._info.video.time_base, frame.picture.duration
        if frame.time_base == base:
            return frame, lasts
        pts = round(frame.time / base)
        return replace(frame, pts=pts, time_base=base), round(lasts * frame.time_base / base)

    def _round(self, time: Fraction) -> None:
        """Note that a container in milliseconds rounds a frame's time; raise OutputError if that
        makes it equal to the time of the frame before."""
        ticks = time * 1000
        if self._last is not None:
            before = self._last * self._info.video.time_base * 1000
            if round(before) == round(ticks):
                raise problem(
                    OutputError,
                    "one_millisecond",
                    path=self._name,
                    at=clock(float(time), 6),
                )
        if ticks.denominator != 1 and not self._rounded:
            self._rounded = True
            base = str(self._info.video.time_base)
            self.notes.append(Message("times_in_milliseconds", base=base))

    def _check_gap(self, frame: Frame) -> None:
        """Raise OutputError for a frame so long after the last one that its time would be lost."""
        last = frame.pts if self._last is None else self._last
        if (frame.pts - last) * frame.time_base.numerator >= self._widest_gap:
            base = frame.time_base
            raise problem(
                OutputError,
                "gap_too_wide",
                path=self._name,
                begin=clock(float(last * base)),
                end=clock(float(frame.time)),
            )

    def close(self) -> None:
        """Finish the file.

        Raises:
            UnsafeError: a frame did not leave the encoder with its own time.
            OutputError: the file cannot be written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._mux(self._stream.encode(None))
            if self._pending or not self._written:
                raise problem(
                    UnsafeError,
                    "not_all_written",
                    path=self._name,
                    missing=len(self._pending),
                    all=self._written,
                )
            if self._audio is not None:
                self._audio.until(None)
                self.notes += [note for note in self._audio.notes if note not in self.notes]
            self._output.close()
        except (av.FFmpegError, OSError) as error:
            raise self._failed(error) from error
        finally:
            self._abandon()

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            try:
                duration = self._pending.pop(packet.pts)
            except KeyError:
                raise problem(UnsafeError, "strange_time", path=self._name) from None
            if self._encoding.codec.encoder == "libx264":
                packet = self._without_user_data(packet)
            if duration > 0:
                packet.duration = duration
            if self._audio is not None:
                self._audio.until(Fraction(packet.dts) * packet.time_base)
            self._output.mux(packet)

    def _without_user_data(self, packet: Any) -> Any:
        data = bytes(packet)
        clean = without_user_data(data)
        if len(clean) == len(data):
            return packet
        fresh: Any = av.Packet(clean)
        fresh.pts, fresh.dts, fresh.time_base = packet.pts, packet.dts, packet.time_base
        fresh.is_keyframe = packet.is_keyframe
        fresh.stream = self._stream
        return fresh

    def _failed(self, error: Exception) -> OutputError:
        self._abandon()
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return unwritable(self._name, error, self._path)
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        return problem(OutputError, "cannot_encode", path=self._name, reason=reason)

    def _abandon(self) -> None:
        if self._audio is not None:
            self._audio.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.close()
            return
        self._closed = True
        self._abandon()
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            self._output.close()  # the caller discards the file anyway


_START = b"\x00\x00\x01"
_SEI = 6
_USER_DATA_UNREGISTERED = 5


def without_user_data(packet: bytes) -> bytes:
    """Remove unregistered user data (SEI type 5) from an H.264 access unit in Annex B form.

    x264 writes its version and settings into such a message before the first picture, and has no
    option to turn that off, as x265 has (`info=0`). Start codes cannot occur within a unit
    (emulation prevention, ITU-T H.264 7.4.1), so a search for bytes finds the units. The encoder
    gives each message its own unit.
    """
    signature = _START + bytes((_SEI, _USER_DATA_UNREGISTERED))
    begin = packet.find(signature)
    while begin >= 0:
        end = packet.find(_START, begin + 3)
        packet = packet[:begin] + (packet[end:] if end >= 0 else b"")
        begin = packet.find(signature, begin)
    return packet
